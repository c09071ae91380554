import io
import json
import tarfile

from .conftest import BUCKET

URI_OF_AWS = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
SCRIPT = """
import json, os

def model_fn(folder):
    return json.load(open(os.path.join(folder, "products.json")))

def input_fn(body, content_type):
    return json.loads(body)

def predict_fn(data, model):
    return {"version": os.environ["MODEL_VERSION"], "products": model[: data["k"]]}
"""


def test_a_script_in_the_archive_is_served_by_the_image_of_aws(shop) -> None:
    shop.archive("any", "")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in (("code/inference.py", SCRIPT), ("products.json", '["tulip", "rose", "lily"]')):
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    shop.aws.client("s3").put_object(Bucket=BUCKET, Key="baseline/model.tar.gz", Body=packed.getvalue())
    shop.sagemaker.create_model(
        ModelName="baseline",
        ExecutionRoleArn="arn:aws:iam::000000000001:role/serving",
        PrimaryContainer={
            "Image": URI_OF_AWS,
            "ModelDataUrl": f"s3://{BUCKET}/baseline/model.tar.gz",
            "Environment": {
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                "MODEL_VERSION": "baseline",
            },
        },
    )
    shop.endpoint(shop.config("baseline"))
    answer = shop.runtime.invoke_endpoint(
        EndpointName="shop", ContentType="application/json", Body=json.dumps({"k": 2}), Accept="application/json"
    )
    assert json.loads(answer["Body"].read()) == {"version": "baseline", "products": ["tulip", "rose"]}
