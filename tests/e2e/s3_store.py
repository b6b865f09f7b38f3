# SPDX-License-Identifier: MIT
"""S3 servers that start on loopback, and what a bucket holds."""
import contextlib
import hashlib
import logging
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

try:
    import boto3
    from botocore.config import Config
except ImportError as missing:
    print(f"SKIPPED: {missing}: run ./bootstrap test, which installs what tests/requirements.txt names")
    sys.exit(77)

KEY, SECRET, TOKEN = "AKIDSCREENALYTICS", "secret/that+nobody=sees", "token-that-nobody-sees"
BUCKET = "tv-archive"


class Store:
    """One bucket on one server."""

    def __init__(self, port, ca=None):
        self.port = port
        self.url = f"{'https' if ca else 'http'}://127.0.0.1:{port}"
        self.s3 = boto3.client("s3", endpoint_url=self.url, aws_access_key_id=KEY, aws_secret_access_key=SECRET,
                               region_name="us-east-1", verify=str(ca) if ca else None,
                               config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 10}))

    @staticmethod
    def environment():
        """What a program needs to know to be let in."""
        return {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN}

    def read(self, key):
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def names(self, prefix=""):
        """key -> size of everything below."""
        found = {}
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix):
            for item in page.get("Contents", []):
                assert item["Key"] not in found, f"listed twice: {item['Key']}"
                found[item["Key"]] = item["Size"]
        return found

    def sha256(self, key):
        digest = hashlib.sha256()
        for piece in self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].iter_chunks(1 << 20):
            digest.update(piece)
        return digest.hexdigest()

    def content(self, prefix=""):
        """name below the prefix -> sha256."""
        return {key[len(prefix):]: self.sha256(key) for key in self.names(prefix)}

    def unfinished_uploads(self):
        return self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])

    def clear(self):
        for key in self.names():
            self.s3.delete_object(Bucket=BUCKET, Key=key)


@contextlib.contextmanager
def moto_store():
    from moto.server import ThreadedMotoServer
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        store = Store(server.get_host_and_port()[1])
        store.s3.create_bucket(Bucket=BUCKET)
        yield store
    finally:
        server.stop()


def versitygw_program():
    """Built by ./bootstrap test where Go is there; None elsewhere."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "screenalytics"
    built = cache / "go" / "bin" / "versitygw"
    found = built if built.is_file() else shutil.which("versitygw")
    return str(found) if found else None


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def versitygw_store(program, *, tls=None):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="screenalytics_versitygw_"))
    for name in ("data", "meta"):
        (folder / name).mkdir()
    port = free_port()
    ca, cert, key = tls or (None, None, None)
    tls_words = ["--cert", str(cert), "--key", str(key)] if tls else []
    environment = {"PATH": os.environ["PATH"], "ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}
    log = (folder / "log").open("wb")
    process = subprocess.Popen([program, "--port", f"127.0.0.1:{port}", "--keep-alive", "--quiet", *tls_words, "posix", "--sidecar", str(folder / "meta"),
                                str(folder / "data")], env=environment, stdout=log, stderr=log)
    try:
        store = Store(port, ca)
        store.files = folder / "data" / BUCKET  # an object is a file here
        end = time.monotonic() + 30
        while True:
            try:
                store.s3.create_bucket(Bucket=BUCKET)
                break
            except Exception:  # noqa: BLE001  (not up yet)
                if time.monotonic() > end or process.poll() is not None:
                    raise AssertionError((folder / "log").read_text()) from None
                time.sleep(0.1)
        yield store
    finally:
        process.terminate()
        process.wait(20)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def make_certificate(folder):
    """(authority, certificate, key) for 127.0.0.1, as PEM files."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.datetime.now(datetime.timezone.utc)

    def issue(name, signer_name, key, signer_key, extensions):
        builder = (x509.CertificateBuilder().subject_name(name).issuer_name(signer_name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=2)))
        for extension in extensions:
            builder = builder.add_extension(extension, critical=True)
        return builder.sign(signer_key, hashes.SHA256())

    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = issue(name("test authority"), name("test authority"), ca_key, ca_key, [x509.BasicConstraints(ca=True, path_length=0)])
    cert = issue(name("127.0.0.1"), name("test authority"), key, ca_key,
                 [x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])])
    paths = [folder / one for one in ("ca.pem", "cert.pem", "key.pem")]
    paths[0].write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    paths[2].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths
