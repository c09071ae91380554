"""The kinds of images in a service's repository; a tag is `<kind>-<content hash>`, so a tag tells the kind."""

from stacks.instance_gpu import has_gpu

TRAINING = "training"
TRAINING_GPU = "training-gpu"
SERVING = "serving"
KINDS = (TRAINING, TRAINING_GPU, SERVING)


def jobs_kind(instance_type: str) -> str:
    """Return the kind of image that jobs need where training runs on `instance_type`."""
    return TRAINING_GPU if has_gpu(instance_type) else TRAINING


def tag_of(kind: str, content: str) -> str:
    """Return the tag of an image of a kind with a content hash."""
    return f"{kind}-{content}"


def kind_of(tag: str) -> str:
    """Return the kind that a tag tells, or an empty text where it was chosen freely."""
    kind = tag.rpartition("-")[0]
    return kind if kind in KINDS else ""
