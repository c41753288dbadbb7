"""E-mail by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from configs.sections import EmailDestination
from configs.settings import read_secret
from monitoring.alerts.message import Message
from monitoring.errors import AlertFault


def send_mail(destination: EmailDestination, message: Message, at: datetime, timeout_seconds: float) -> None:
    """Send one mail to all of `to`; certificates are checked.

    Raises
    ------
    AlertFault: the server did not take it for every recipient. ConfigError: a variable is not set.
    """
    try:
        with _connected(destination, timeout_seconds) as server:
            if destination.user_env and destination.password_env:
                server.login(read_secret(destination.user_env), read_secret(destination.password_env))
            refused = server.send_message(mail_of(destination, message, at))
    except (OSError, smtplib.SMTPException) as error:
        raise AlertFault(f"The mail server must take the mail, but did not: {type(error).__name__} {error}.") from None
    if refused:
        raise AlertFault(f"The mail server must take every recipient, but refused {', '.join(sorted(refused))}.")


def mail_of(destination: EmailDestination, message: Message, at: datetime) -> EmailMessage:
    """The mail, UTF-8 text."""
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = message.title, destination.sender, ", ".join(destination.to)
    mail["Date"] = format_datetime(at)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answers, please
    mail.set_content(message.as_text())
    return mail


def _connected(destination: EmailDestination, timeout_seconds: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if destination.security == "tls":
        return smtplib.SMTP_SSL(destination.host, destination.port, timeout=timeout_seconds, context=context)
    server = smtplib.SMTP(destination.host, destination.port, timeout=timeout_seconds)
    if destination.security == "starttls":
        try:
            server.starttls(context=context)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
    return server
