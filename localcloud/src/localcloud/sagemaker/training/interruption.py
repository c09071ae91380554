"""Taking the instances from a spot job, which on AWS happens by itself."""

from localcloud.cloud import Cloud
from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.running import find_job
from localcloud.sagemaker.training.job import TRAINING
from localcloud.scope import Scope


def interrupt(cloud: Cloud, scope: Scope, name: str) -> None:
    """Warn the job's containers (SIGTERM); after two minutes of the cloud's time they are killed, and begin again.

    Raises:
        NotFoundError: there is no such job.
        ValidationError: it does not run on spot instances, or does not train at the moment.
    """
    document = TRAINING.find(cloud, scope, name)
    if not document.get("EnableManagedSpotTraining"):
        raise ValidationError(f"{name} does not run on spot instances; only those are taken away.")
    job = find_job(cloud, scope, TRAINING.kind, name)
    if document["SecondaryStatus"] != "Training" or job is None:
        raise ValidationError(f"{name} is {document['SecondaryStatus']}; only a job that trains can be interrupted.")
    job.interrupt()
