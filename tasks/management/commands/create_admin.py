"""Make the first account of an installation: a system administrator, who then appoints everybody else."""

import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.usecases.people import create_administrator


class Command(BaseCommand):
    help = "Create a system administrator. The password is asked for, or read from standard input with --stdin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("email")
        parser.add_argument("--full-name", default="")
        parser.add_argument("--stdin", action="store_true", help="read the password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        password = input() if options["stdin"] else getpass.getpass(_("Password: "))
        try:
            validate_password(password)
            user = create_administrator(
                options["username"],
                options["email"],
                full_name=options["full_name"] or options["username"],
                password=password,
                at=timezone.now(),
                today=timezone.localdate(),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(user.username))
