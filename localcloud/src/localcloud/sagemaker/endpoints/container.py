"""What an instance runs: the image, environment and model data behind a model's name."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud, Image
from localcloud.errors import ValidationError
from localcloud.sagemaker.endpoints.model_data import fetch_model_data
from localcloud.sagemaker.jobs.container import container_environment
from localcloud.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Container:
    """A serving container, ready to be started any number of times."""

    image: Image
    specified_image: str
    environment: Mapping[str, str]
    model_folder: Path


def prepare_container(cloud: Cloud, scope: Scope, model_name: str, folder: Path) -> Container:
    """Resolve the model's image and bring its data below `folder`.

    Raises:
        ValidationError: no such model, image or model data, or a model of a kind that is not emulated.
    """
    definition = _definition(cloud, scope, model_name)
    image = cloud.images.resolve(scope, definition["Image"])
    model_folder = folder / "model"
    fetch_model_data(cloud, scope, definition, model_folder)
    environment = container_environment(
        image, scope, cloud.endpoint_url, home=folder, own=definition.get("Environment", {})
    )
    return Container(
        image=image, specified_image=definition["Image"], environment=environment, model_folder=model_folder
    )


def _definition(cloud: Cloud, scope: Scope, model_name: str) -> Mapping[str, Any]:
    model = cloud.store.get(scope, "Model", model_name)
    if model is None:
        raise ValidationError(f'Could not find model "{scope.arn("sagemaker", f"model/{model_name}")}".')
    containers = [model["PrimaryContainer"]] if model.get("PrimaryContainer") else model.get("Containers", [])
    if len(containers) != 1:
        raise ValidationError(
            f"Model {model_name} has {len(containers)} containers; the local cloud serves models of one container."
        )
    container = containers[0]
    if container.get("Mode") == "MultiModel":
        raise ValidationError(f"Model {model_name} is a multi-model container, which the local cloud does not emulate.")
    if not container.get("ModelPackageName"):
        return container
    return {**_packaged(cloud, scope, container["ModelPackageName"]), **_overrides(container)}


def _packaged(cloud: Cloud, scope: Scope, name: str) -> Mapping[str, Any]:
    """Return the container definition of a model package, named by ARN or as `group/version`."""
    version = name.rpartition("model-package/")[2]
    where = scope
    if name.startswith("arn:"):
        _, _, _, region, account, _ = name.split(":", 5)
        where = Scope(account, region)
    package = cloud.store.get(where, "ModelPackage", version)
    if package is None:
        raise ValidationError(f"Could not find model package {name}.")
    return package["InferenceSpecification"]["Containers"][0]


def _overrides(container: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in container.items() if key == "Environment" and value}
