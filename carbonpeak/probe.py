"""Asks the web process of this machine for its health, for container supervisors; exit code 1 when it is not well."""

import os
import sys
from urllib.error import URLError
from urllib.request import Request, urlopen


def main() -> None:
    """Ask /healthz by a name the product answers to."""
    host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip() or "localhost"
    request = Request(f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/healthz", headers={"Host": host})
    try:
        with urlopen(request, timeout=8) as response:
            print(response.read().decode())
    except URLError as reason:
        sys.exit(f"not well: {reason}")


if __name__ == "__main__":
    main()
