// Sends a command to a device and shows its effect before the answer is there.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { devices } from "../../api/calls";
import { type Fleet, keys } from "../../api/queries";
import type { CommandRequest, DeviceDetail, DeviceView, OutputView } from "../../api/types";
import { toastError } from "../../components/toasts";
import { patchDetail, patchFleet } from "../../live/patches";

/** The outputs as they will be if the device obeys. */
export function expectOutputs(outputs: OutputView[], command: CommandRequest): OutputView[] {
  return outputs.map((output) => {
    if (output.component !== componentOf(command)) return output;
    switch (command.command) {
      case "switch":
        return { ...output, on: command.action === "toggle" ? !output.on : command.action === "on" };
      case "light": {
        const on =
          command.action == null
            ? output.on
            : command.action === "toggle"
              ? !output.on
              : command.action === "on";
        return { ...output, on, percent: command.brightness_percent ?? output.percent };
      }
      case "cover": {
        const state = { open: "opening", close: "closing", stop: "stopped", position: output.state }[
          command.action
        ];
        return { ...output, state };
      }
    }
    return output;
  });
}

/** The component that a command is for. */
function componentOf(command: CommandRequest): string | null {
  if (command.command === "restart") return null;
  return command.command === "light" ? command.component : `${command.command}:${command.id}`;
}

/** The command that switches an output on or off. Whatever is neither relay nor cover is some kind of light. */
export function switchCommand(component: string, action: "on" | "off"): CommandRequest {
  const [kind, id = "0"] = component.split(":");
  if (kind === "switch") return { command: "switch", id: Number(id), action };
  return { command: "light", component, action };
}

export function useCommand(device: Pick<DeviceView, "mac" | "name">) {
  const client = useQueryClient();
  const write = (change: (device: DeviceView) => DeviceView) => {
    client.setQueryData<Fleet>(keys.fleet, (fleet) => {
      const now = fleet?.devices.find((one) => one.mac === device.mac);
      return fleet && now && patchFleet(fleet, new Map([[device.mac, change(now)]]));
    });
  };
  return useMutation({
    mutationKey: ["command", device.mac],
    mutationFn: (command: CommandRequest) => devices.command(device.mac, command),
    onMutate: (command) => {
      const before = client
        .getQueryData<Fleet>(keys.fleet)
        ?.devices.find((one) => one.mac === device.mac)?.outputs;
      write((now) => ({ ...now, outputs: expectOutputs(now.outputs, command) }));
      client.setQueryData<DeviceDetail>(
        keys.device(device.mac),
        (detail) => detail && { ...detail, outputs: expectOutputs(detail.outputs, command) },
      );
      return { before };
    },
    onSuccess: (answer) => {
      write((now) => lineOf(answer, now));
      client.setQueryData<DeviceDetail>(keys.device(device.mac), (detail) =>
        detail ? { ...patchDetail(detail, answer), ...answer } : answer,
      );
    },
    onError: (error, _command, context) => {
      const before = context?.before;
      if (before) write((now) => ({ ...now, outputs: before }));
      void client.invalidateQueries({ queryKey: keys.device(device.mac) });
      toastError(error);
    },
  });
}

/** The line of the list within a detail. */
export function lineOf(detail: DeviceDetail, now?: DeviceView): DeviceView {
  const {
    status: _status,
    status_at: _at,
    host_name: _host,
    firmware_build: _build,
    profile: _profile,
    channel: _channel,
    ...rest
  } = detail;
  return { ...now, ...rest };
}
