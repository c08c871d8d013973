#!/usr/bin/env python3
"""Lets aioshelly, a client that is not ours, use every simulated model over its usual path.

Gen2 and later: WebSocket. Gen1: CoAP and HTTP, which needs an address for each device, port 80 and UDP port 5683; on
Linux that takes root, or net.ipv4.ip_unprivileged_port_start=80. Each model is initialised without and with a
password, its first output is switched, and the change has to be told by the device itself.

    python3 -m venv /tmp/aioshelly && /tmp/aioshelly/bin/pip install -r requirements.txt
    /tmp/aioshelly/bin/python check.py --sim target/debug/shelly-sim

Ends with 0 when all models passed, 1 when one did not, 77 when the ports may not be used.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from ipaddress import IPv4Address

import aiohttp
from aioshelly.block_device import COAP, BlockDevice, BlockUpdateType
from aioshelly.common import ConnectionOptions
from aioshelly.exceptions import DeviceConnectionTimeoutError, InvalidAuthError
from aioshelly.rpc_device import RpcDevice, WsServer

PATIENCE_S = 20
OUTPUTS = ("switch", "light", "rgb", "rgbw", "cct", "rgbcct")


class Failed(Exception):
    """A model did not do what the client expects."""


def expect(condition: bool, text: str) -> None:
    """Fail with a text unless a condition holds."""
    if not condition:
        raise Failed(text)


async def eventually(changed: asyncio.Event, condition, text: str) -> None:
    """Wait for an update after which a condition holds."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        raise Failed(text) from None


async def check_rpc(session: aiohttp.ClientSession, server: WsServer, sim: dict) -> str:
    """Use a device of the second generation or later."""
    options = ConnectionOptions(sim["ip"], port=sim["port"], device_mac=sim["mac"])
    if sim["password"]:
        wrong = ConnectionOptions(sim["ip"], "admin", "wrong", port=sim["port"])
        device = await RpcDevice.create(session, server, wrong)
        try:
            await device.initialize()
            raise Failed("a wrong password is let in")
        except InvalidAuthError:
            pass
        finally:
            await device.shutdown()
        options = ConnectionOptions(
            sim["ip"], "admin", sim["password"], port=sim["port"], device_mac=sim["mac"]
        )
    device = await RpcDevice.create(session, server, options)
    changed = asyncio.Event()
    device.subscribe_updates(lambda _device, _kind: changed.set())
    try:
        await device.initialize()
        expect(device.initialized and device.firmware_supported, "the firmware is not supported")
        expect(device.shelly["mac"] == sim["mac"], "another device answers")
        expect(device.model == sim["model"], f"model {device.model}")
        expect(bool(device.name) and device.status["sys"]["mac"] == sim["mac"], "no name or MAC")
        for key, status in device.status.items():
            expect(key == "ts" or key in device.config or key.split(":")[0] == "script", f"{key} has no config")
            expect(status is not None, f"{key} has no status")
        for key, config in device.config.items():
            if key.startswith("blutrv:"):
                await device.blu_trv_set_target_temperature(int(key.split(":")[1]), 22.5)
        did = await switch_rpc(device, changed)
        await device.call_rpc("Shelly.ListMethods")
        return did
    finally:
        await device.shutdown()


async def switch_rpc(device: RpcDevice, changed: asyncio.Event) -> str:
    """Switch the first output and wait to be told."""
    for key in device.status:
        kind, _, number = key.partition(":")
        if kind in OUTPUTS and number:
            method = {"switch": "Switch", "light": "Light"}.get(kind, kind.upper())
            for on in (True, False):
                await device.call_rpc(f"{method}.Set", {"id": int(number), "on": on})
                told = lambda key=key, on=on: device.status[key]["output"] is on
                await eventually(changed, told, f"{key} was switched and nobody said so")
            return f"{key} switched"
        if kind == "cover" and number:
            await device.call_rpc("Cover.Open", {"id": int(number)})
            told = lambda key=key: device.status[key]["state"] == "opening"
            await eventually(changed, told, "the cover moves and nobody said so")
            await device.call_rpc("Cover.Stop", {"id": int(number)})
            return f"{key} moved"
    name = device.config["sys"]["device"].get("name")
    revision = device.config["sys"].get("cfg_rev", 0)
    await device.call_rpc("Sys.SetConfig", {"config": {"device": {"name": "Checked"}}})
    told = lambda: device.status["sys"]["cfg_rev"] > revision
    await eventually(changed, told, "a setting changed and nobody said so")
    await device.call_rpc("Sys.SetConfig", {"config": {"device": {"name": name}}})
    return "a setting changed"


async def check_block(session: aiohttp.ClientSession, coap: COAP, sim: dict) -> str:
    """Use a device of the first generation."""
    if sim["password"]:
        wrong = ConnectionOptions(sim["ip"], "admin", "wrong", device_mac=sim["mac"])
        device = await BlockDevice.create(session, coap, wrong)
        try:
            await device.initialize()
            raise Failed("a wrong password is let in")
        except InvalidAuthError:
            pass
        finally:
            await device.shutdown()
        options = ConnectionOptions(sim["ip"], "admin", sim["password"], device_mac=sim["mac"])
    else:
        options = ConnectionOptions(sim["ip"], device_mac=sim["mac"])
    device = await BlockDevice.create(session, coap, options)
    periodic = asyncio.Event()
    device.subscribe_updates(
        lambda _device, kind: periodic.set() if kind is BlockUpdateType.COAP_PERIODIC else None
    )
    try:
        await device.initialize()
        expect(device.initialized and device.firmware_supported, "the firmware is not supported")
        expect(device.shelly["mac"] == sim["mac"], "another device answers")
        expect(device.model == sim["model"], f"model {device.model}")
        expect(bool(device.blocks), "no blocks")
        known = 0
        for block in device.blocks:
            known += sum(value is not None for value in block.current_values().values())
        expect(known > 1, "no values")
        await update(device)
        return await switch_block(device, periodic) + f", {known} values"
    finally:
        await device.shutdown()


async def update(device: BlockDevice) -> None:
    """Ask for the status; CoAP by UDP may lose a question, so it is asked again, as users of the client do."""
    for attempt in range(3):
        try:
            await device.update()
            return
        except DeviceConnectionTimeoutError:
            if attempt == 2:
                raise


async def switch_block(device: BlockDevice, periodic: asyncio.Event) -> str:
    """Switch the first output and wait for the multicast that says so."""
    for block in device.blocks:
        if block.type in ("relay", "light") and "output" in block.sensor_ids:
            for on in (True, False):
                await block.set_state(turn="on" if on else "off")
                told = lambda block=block, on=on: bool(block.output) is on
                await eventually(periodic, told, f"{block.description} was switched and nobody said so")
            return f"{block.description} switched"
        if block.type == "roller":
            await block.set_state(go="open")
            told = lambda block=block: block.roller == "open"
            await eventually(periodic, told, "the roller moves and nobody said so")
            await block.set_state(go="stop")
            return "roller moved"
    await device.http_request("get", "settings", {"name": "Checked"})
    await eventually(periodic, periodic.is_set, "a setting changed and nobody said so")
    return "a setting changed"


async def start(sim: str, network: str, password: str | None, more: list[str]):
    """Start the simulator and read its devices."""
    arguments = ["--all-models", "--subnet", network, "--port", "80", "--coiot", "--format", "json", *more]
    if password:
        arguments += ["--password", password]
    process = await asyncio.create_subprocess_exec(
        sim, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, limit=1 << 24
    )
    line = await process.stdout.readline()
    if not line:
        error = (await process.stderr.read()).decode()
        print(error.strip(), file=sys.stderr)
        sys.exit(77 if "denied" in error else 1)
    return process, json.loads(line)["devices"]


async def round_of(arguments: argparse.Namespace, password: str | None) -> int:
    """Check all models once; answers how many failed."""
    process, devices = await start(arguments.sim, arguments.network, password, arguments.more)
    failed = 0
    try:
        async with aiohttp.ClientSession() as session:
            coap, server = COAP(), WsServer()
            await coap.initialize(socket_ips=[IPv4Address("127.0.0.1")])
            for sim in devices:
                if arguments.only and sim["model"] not in arguments.only:
                    continue
                label = f"{sim['model']:<18} {sim['profile']:<10} {'password' if password else 'open':<9}"
                try:
                    if sim["gen"] == 1:
                        did = await check_block(session, coap, sim)
                    else:
                        did = await check_rpc(session, server, sim)
                    print(f"ok     {label} {did}")
                except Exception as error:  # noqa: BLE001
                    failed += 1
                    print(f"FAILED {label} {type(error).__name__}: {error}")
                    if arguments.trace:
                        raise
            coap.close()
    finally:
        process.terminate()
        await process.wait()
    return failed


async def main() -> int:
    """Check all models without and with a password."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sim", required=True, help="the shelly-sim program")
    parser.add_argument("--network", default="127.71.0.0/24", help="loopback network for the devices")
    parser.add_argument("--only", action="append", default=[], help="check this model only; may be repeated")
    parser.add_argument("--trace", action="store_true", help="stop at the first failure with its trace")
    parser.add_argument("more", nargs="*", help="more arguments for the simulator, after --")
    arguments = parser.parse_args()
    failed = 0
    for password in (None, "correct horse"):
        failed += await round_of(arguments, password)
    print(f"{failed} failed" if failed else "aioshelly accepts all models")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
