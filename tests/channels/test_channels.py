"""The contract of every channel, then what mail servers do to the SMTP one."""

import ssl
import subprocess
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from tasks.channels import mail_channel, mail_place
from tasks.channels.email import SmtpChannel, SmtpServer
from tasks.channels.file import FileChannel, file_name
from tasks.channels.plain import ConsoleChannel, MemoryChannel
from tasks.usecases.remind.handover import ChannelDownError, Envelope, Handover, LeaseLostError
from tests.channels.sink import Sink

SLOT = datetime.fromisoformat("2026-11-18T08:30:00+08:00")
BODY = (
    b"Message-ID: <1@example.org>\r\nSubject: due\r\nFrom: a@example.org\r\nTo: li@example.org\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nfirst line\r\n.second line\r\n"
)


def envelope(address="li@example.org", body=BODY, number=1):
    return Envelope(f"<{number}@example.org>", address, SLOT, body)


def smtp(sink, **more):
    return SmtpChannel(SmtpServer("127.0.0.1", sink.port, timeout_seconds=2, **more), sender="city@example.org")


@pytest.fixture
def sink():
    with Sink() as server:
        yield server


@pytest.fixture(params=["smtp", "file", "console", "memory"])
def channel(request, sink, tmp_path):
    return {
        "smtp": lambda: smtp(sink),
        "file": lambda: FileChannel(tmp_path / "outbox"),
        "console": ConsoleChannel,
        "memory": MemoryChannel,
    }[request.param]()


def test_every_channel_commits_once_and_reports_sent(channel):
    commits = []
    with channel as line:
        results = [line.hand_over(envelope(number=n), lambda n=n: commits.append(n)) for n in (1, 2)]
    assert [(result.phase, result.outcome, result.broken) for result in results] == [("data", "sent", False)] * 2
    assert commits == [1, 2]


def test_no_channel_hands_over_what_cannot_be_committed(channel, sink, tmp_path, capsys):
    mail.outbox = []

    def lost():
        raise LeaseLostError

    with channel as line, pytest.raises(LeaseLostError):
        line.hand_over(envelope(), lost)
    assert (sink.mails, mail.outbox, list(tmp_path.glob("outbox/*")), capsys.readouterr().out) == ([], [], [], "")


def test_smtp_goes_on_after_a_lost_lease(sink):
    def lost():
        raise LeaseLostError

    with smtp(sink) as line:
        with pytest.raises(LeaseLostError):
            line.hand_over(envelope(), lost)
        assert line.hand_over(envelope(), lambda: None).outcome == "sent"
    assert sink.connections == 1


def test_smtp_keeps_the_bytes_and_one_connection(sink):
    with smtp(sink) as line:
        for number in range(3):
            line.hand_over(envelope(number=number), lambda: None)
    assert sink.mails == [("li@example.org", BODY)] * 3
    assert sink.connections == 1


def test_smtp_ends_every_line_as_the_protocol_wants(sink):
    with smtp(sink) as line:
        line.hand_over(envelope(body=b"Subject: x\n\none\rtwo\r\nthree"), lambda: None)
    assert sink.mails[0][1] == b"Subject: x\r\n\r\none\r\ntwo\r\nthree\r\n"


@pytest.mark.parametrize(
    ("step", "reply", "expected"),
    [
        ("on_rcpt", "550 5.1.1 no such mailbox", ("rcpt", "refused", "550 5.1.1 no such mailbox", False)),
        ("on_rcpt", "450 4.2.0 greylisted", ("rcpt", "later", "450 4.2.0 greylisted", False)),
        ("on_rcpt", "421 closing", ("rcpt", "later", "421 closing", True)),
        ("on_data", "451 4.3.0 not now", ("data", "later", "451 4.3.0 not now", False)),
        ("on_content", "552 5.3.4 too big", ("data", "refused", "552 5.3.4 too big", False)),
        ("on_content", "452 4.3.1 disk full", ("data", "later", "452 4.3.1 disk full", False)),
        ("on_content", None, ("data", "doubt", "Connection unexpectedly closed", True)),
        ("on_rcpt", None, ("rcpt", "later", "Connection unexpectedly closed", True)),
    ],
)
def test_smtp_reports_how_far_a_message_came_and_takes_the_next(sink, step, reply, expected):
    good = getattr(sink, step)
    setattr(sink, step, lambda address, *rest: reply if address == "bad@example.org" else good(address, *rest))
    with smtp(sink) as line:
        bad = line.hand_over(envelope("bad@example.org"), lambda: None)
        next_one = line.hand_over(envelope(), lambda: None)
    assert (bad.phase, bad.outcome, bad.detail, bad.broken) == expected
    assert next_one == Handover(next_one.phase, next_one.outcome, "250 taken")
    assert [address for address, _body in sink.mails] == ["li@example.org"]


def test_smtp_does_not_wait_for_ever(sink):
    sink.on_content = lambda _address, _body: __import__("time").sleep(5)
    started = timezone.now()
    channel = SmtpChannel(SmtpServer("127.0.0.1", sink.port, timeout_seconds=1), sender="city@example.org")
    with channel as line:
        result = line.hand_over(envelope(), lambda: None)
    assert (result.outcome, result.detail) == ("doubt", "Connection unexpectedly closed: timed out")
    assert timezone.now() - started < timedelta(seconds=4)


def test_smtp_reconnects_to_a_server_that_limits_mails_per_connection(sink):
    sink.on_mail = lambda nth: "250 ok" if nth <= 2 else "421 enough for one connection"
    with smtp(sink) as line:
        outcomes = [line.hand_over(envelope(), lambda: None).outcome for _ in range(5)]
    assert outcomes == ["sent"] * 5
    assert sink.connections == 3


def test_smtp_reconnects_after_the_server_hung_up_between_two_mails(sink):
    sink.on_mail = lambda nth: "250 ok" if nth <= 1 else None
    with smtp(sink) as line:
        assert [line.hand_over(envelope(), lambda: None).outcome for _ in range(2)] == ["sent"] * 2


@pytest.mark.parametrize("address", ["名字@example.org", "li@example.org\r\nRCPT TO:<other@example.org>"])
def test_smtp_never_sends_a_poisoned_address(sink, address):
    with smtp(sink) as line:
        assert line.hand_over(envelope(address), lambda: None).outcome == "refused"
        assert line.hand_over(envelope(), lambda: None).outcome == "sent"
    assert [to for to, _body in sink.mails] == ["li@example.org"]


def test_smtp_that_refuses_the_sender_is_down_for_everybody(sink):
    sink.on_mail = lambda _nth: "550 5.7.1 sender not allowed"
    with smtp(sink) as line, pytest.raises(ChannelDownError, match="refuses the sender city@example.org: 550"):
        line.hand_over(envelope(), lambda: None)


def test_smtp_that_wants_a_login_is_down_for_everybody(sink):
    sink.on_rcpt = lambda _address: "530 5.7.0 authentication required"
    with smtp(sink) as line, pytest.raises(ChannelDownError, match="wants a login"):
        line.hand_over(envelope(), lambda: None)


def test_smtp_out_of_reach_says_so():
    channel = SmtpChannel(SmtpServer("127.0.0.1", 1), sender="city@example.org")
    with pytest.raises(ChannelDownError, match=r"127\.0\.0\.1:1 cannot be used: .*refused"):
        channel.__enter__()


def test_smtp_logs_in_and_keeps_the_password_to_itself(sink):
    sink.extensions = ["AUTH PLAIN"]
    seen = []
    sink.on_auth = lambda words: seen.append(words) or "535 5.7.8 wrong"
    channel = smtp(sink, user="city", password="open sesame")
    with pytest.raises(ChannelDownError) as failure:
        channel.__enter__()
    assert "535 5.7.8 wrong" in str(failure.value)
    assert "sesame" not in f"{failure.value}{channel.server}"
    assert seen == ["AUTH PLAIN AGNpdHkAb3BlbiBzZXNhbWU="]


def test_smtp_that_offers_no_tls_gets_no_mail(sink):
    with pytest.raises(ChannelDownError, match="STARTTLS"):
        smtp(sink, starttls=True).__enter__()


def test_smtp_checks_the_certificate(sink, tmp_path):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    try:
        subprocess.run([*make, "-keyout", key, "-out", cert], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl; on Debian: sudo apt-get install openssl")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    sink.socket = context.wrap_socket(sink.socket, server_side=True)
    with pytest.raises(ChannelDownError, match="certificate verify failed"):
        smtp(sink, tls=True).__enter__()


def test_a_file_is_replaced_by_its_own_repetition_alone(tmp_path):
    with FileChannel(tmp_path) as folder:
        for number in (1, 2, 1):
            folder.hand_over(envelope(number=number), lambda: None)
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [BODY, BODY]


@pytest.mark.parametrize(
    "address", ["../../etc/passwd", "..", "a/b@example.org", "x" * 300 + "@example.org", "王@城.cn"]
)
def test_a_file_name_stays_in_its_folder(tmp_path, address):
    name = file_name(envelope(address))
    assert name.startswith("2026-11-18-0830_")
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()
    assert len(name) < 200


def test_a_folder_that_takes_no_file_is_retried(tmp_path):
    channel = FileChannel(tmp_path / "outbox")
    with channel as folder:
        (tmp_path / "outbox").rmdir()
        result = folder.hand_over(envelope(), lambda: None)
    assert (result.outcome, result.broken) == ("later", True)


def test_memory_keeps_what_was_sent():
    mail.outbox = []
    with MemoryChannel() as line:
        line.hand_over(envelope(), lambda: None)
    assert [(copy.to, copy.subject, copy.body) for copy in mail.outbox] == [
        (["li@example.org"], "due", "first line\n.second line\n")
    ]


@pytest.mark.parametrize(
    ("backend", "kind", "place"),
    [
        ("filebased", FileChannel, "/mails"),
        ("console", ConsoleChannel, "stdout"),
        ("locmem", MemoryChannel, "memory"),
        ("smtp", SmtpChannel, "mail.example.org:25"),
    ],
)
def test_the_settings_choose_the_channel(settings, backend, kind, place):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    settings.EMAIL_FILE_PATH, settings.EMAIL_HOST, settings.EMAIL_PORT = "/mails", "mail.example.org", 25
    settings.EMAIL_SSL_CERTFILE = settings.EMAIL_SSL_KEYFILE = None
    assert (type(mail_channel()), mail_place()) == (kind, place)
