import asyncio
from queue import Empty

import pytest

from wording.pages.batch.kernels import PromptClient


class ScriptedClient(PromptClient):
    """A client whose kernel publishes what it is given; None stands for nothing in time."""

    def __init__(self, published, *, alive=True):
        super().__init__()
        self.published, self.alive, self.n_asked = list(published), alive, 0

    def kernel_info(self):
        self.n_asked += 1
        return f"request {self.n_asked}"

    async def get_shell_msg(self, timeout):
        return {"content": {"protocol_version": "5.3"}}

    async def get_iopub_msg(self, timeout):
        message = self.published.pop(0) if self.published else None
        if message is None:
            raise Empty
        return message

    async def is_alive(self):
        return self.alive


def publish(state, request):
    return {
        "parent_header": {"msg_id": f"request {request}"},
        "content": {"execution_state": state},
    }


def test_a_client_waits_until_its_own_request_is_done():
    later = publish("busy", 7)
    client = ScriptedClient([publish("idle", 0), publish("busy", 1), publish("idle", 1), later])
    asyncio.run(client.wait_for_ready())
    assert client.published == [later]
    assert client.n_asked == 1


def test_a_client_asks_again_when_nothing_arrives():
    client = ScriptedClient([publish("busy", 1), None, publish("idle", 1), publish("idle", 2)])
    asyncio.run(client.wait_for_ready())
    assert not client.published
    assert client.n_asked == 2


def test_a_kernel_that_ended_is_not_waited_for():
    with pytest.raises(RuntimeError, match="ended before it answered"):
        asyncio.run(ScriptedClient([], alive=False).wait_for_ready())
