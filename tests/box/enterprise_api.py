"""The endpoints for administrators: the enterprise's users, and where contents are stored."""

from __future__ import annotations

from tests.box import shapes
from tests.box.errors import denied, not_found
from tests.box.things import User
from tests.box.wire import Call, Desk, Reply, route


def _administrator(call: Call) -> User:
    user = call.caller.user
    if user.role == "user":
        raise denied()
    return user


@route("GET", r"/2\.0/users")
def users(desk: Desk, call: Call) -> Reply:
    """All users of the caller's enterprise."""
    who = _administrator(call)
    every = [one for one in desk.state.users.values() if one.enterprise == who.enterprise]
    limit, offset = call.number("limit", 100, 1000), call.number("offset", 0)
    page = [shapes.picked(shapes.user_full(one, 0), call.fields, shapes.user_mini(one)) for one in every]
    return Reply(
        200,
        {
            "total_count": len(every),
            "limit": limit,
            "offset": offset,
            "entries": page[offset : offset + limit],
        },
    )


@route("GET", r"/2\.0/storage_policy_assignments")
def storage_policy_assignments(desk: Desk, call: Call) -> Reply:
    """The policy of one user; its id is the user's."""
    _administrator(call)
    user = desk.state.users.get(call.query.get("resolved_for_id", ""))
    if user is None or not user.zone:
        raise not_found(call.query.get("resolved_for_id", ""))
    entry = {
        "type": "storage_policy_assignment",
        "id": f"user_{user.id}",
        "storage_policy": {"type": "storage_policy", "id": user.id},
        "assigned_to": {"type": "user", "id": user.id},
    }
    return Reply(200, {"limit": 1, "next_marker": None, "entries": [entry]})


@route("GET", r"/2\.0/storage_policies/(\d+)")
def storage_policy(desk: Desk, call: Call) -> Reply:
    _administrator(call)
    user = desk.state.users.get(call.ids[0])
    if user is None or not user.zone:
        raise not_found(call.ids[0])
    return Reply(200, {"type": "storage_policy", "id": user.id, "name": user.zone})
