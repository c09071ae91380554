import http.server
import ssl
import threading

import boto3
import pytest
import urllib3
from botocore.config import Config

from localcloud.accounts import access_key
from localcloud.home import Home
from localcloud.testing import running_cloud


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return Home(tmp_path_factory.mktemp("cloud"))


@pytest.fixture(scope="module")
def aws(home):
    with running_cloud(home.root) as cloud:
        yield cloud


def client_of_real_addresses(aws, home, service):
    """Return a client that knows only the proxy and AWS's own host names."""
    return boto3.session.Session().client(
        service,
        region_name="eu-west-1",
        aws_access_key_id=access_key("000000000002"),
        aws_secret_access_key="local",
        verify=str(home.certificates / "bundle.pem"),
        config=Config(proxies={"https": aws.proxy_url}, retries={"total_max_attempts": 1}),
    )


def test_awss_own_addresses_lead_to_the_cloud(aws, home):
    s3 = client_of_real_addresses(aws, home, "s3")
    s3.create_bucket(Bucket="by-host", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="by-host", Key="big", Body=b"x" * 3_000_000)
    assert len(s3.get_object(Bucket="by-host", Key="big")["Body"].read()) == 3_000_000
    assert client_of_real_addresses(aws, home, "sts").get_caller_identity()["Account"] == "000000000002"
    sagemaker = client_of_real_addresses(aws, home, "sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="shop")
    mine = aws.client("sagemaker", account="000000000002").list_model_package_groups()
    assert len(mine["ModelPackageGroupSummaryList"]) == 1


def test_other_hosts_are_tunnelled_unread(aws, home, tmp_path):
    class Echo(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"the real host")

        def log_message(self, *_):
            pass

    import trustme

    foreign = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    foreign.issue_cert("localhost").configure_cert(context)
    server = http.server.HTTPServer(("127.0.0.1", 0), Echo)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    foreign.cert_pem.write_to_path(tmp_path / "foreign.pem")
    with urllib3.ProxyManager(aws.proxy_url, ca_certs=str(tmp_path / "foreign.pem")) as client:
        answer = client.request("GET", f"https://localhost:{server.server_port}/")
    server.shutdown()
    server.server_close()
    assert answer.data == b"the real host"


def test_the_authority_is_the_same_after_a_restart(home, tmp_path):
    from localcloud.certificates import Authority

    first = Authority(tmp_path).bundle.read_bytes()
    assert Authority(tmp_path).bundle.read_bytes() == first
    assert (tmp_path / "ca.key").stat().st_mode & 0o077 == 0
