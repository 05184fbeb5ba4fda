"""Clients of the stand-in: Box's SDK and plain `requests`, neither of which looks at this machine's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import requests

from tests.box.server import StandIn
from tests.box.things import User

CLIENT_ID, CLIENT_SECRET, ENTERPRISE = "courier-app", "courier-secret", "900"


def session(proxy: str | None = None, ca: Path | None = None) -> requests.Session:
    """A session that reads no .netrc and no HTTP_PROXY; `proxy` and `ca` are the stand-in's."""
    made = requests.Session()
    made.trust_env = False
    if proxy is not None:
        made.proxies = {"https": proxy, "http": proxy}
    if ca is not None:
        made.verify = str(ca)
    return made


def sdk(
    box: StandIn | None,
    user: User | None,
    *,
    attempts: int = 1,
    over: requests.Session | None = None,
) -> Any:
    """A `BoxClient` for `user` (None: the service account), by client credentials.

    Without `box` it asks for Box's own names. It tries `attempts` times and never waits in between. Any, because to a
    type checker all that the SDK answers may be None.
    """
    from box_sdk_gen import BaseUrls, BoxCCGAuth, BoxClient, CCGConfig, NetworkSession
    from box_sdk_gen.networking.box_network_client import BoxNetworkClient
    from box_sdk_gen.networking.retries import BoxRetryStrategy

    urls = (
        BaseUrls()
        if box is None
        else BaseUrls(base_url=box.api_url, upload_url=box.upload_url, oauth_2_url=box.oauth_url)
    )
    return BoxClient(
        BoxCCGAuth(
            CCGConfig(CLIENT_ID, CLIENT_SECRET, enterprise_id=ENTERPRISE, user_id=user.id if user else None)
        ),
        network_session=NetworkSession(
            network_client=BoxNetworkClient(over or session()),
            base_urls=urls,
            retry_strategy=BoxRetryStrategy(
                max_attempts=attempts, retry_base_interval=0, max_retries_on_exception=attempts - 1
            ),
        ),
    )
