// Inline control of the outputs of a device in the table.
import type { DeviceView, OutputView } from "../../api/types";
import { Button, Toggle } from "../../components/pieces";
import { componentTitle, percent } from "../../lib/format";
import { useMay } from "../../lib/may";
import { switchCommand, useCommand } from "./useCommand";

export function Outputs({ device, max = 2 }: { device: DeviceView; max?: number }) {
  const mayControl = useMay("control");
  if (device.outputs.length === 0) return <span className="faint no-output">–</span>;
  const isDisabled = device.state !== "online" || !mayControl;
  const shown = device.outputs.slice(0, max);
  return (
    <span className="outputs">
      {shown.map((output) => (
        <Output
          key={output.component}
          device={device}
          output={output}
          isDisabled={isDisabled}
          isOnly={device.outputs.length === 1}
        />
      ))}
      {device.outputs.length > max && <small className="faint">+{device.outputs.length - max}</small>}
    </span>
  );
}

function Output({
  device,
  output,
  isDisabled,
  isOnly,
}: {
  device: DeviceView;
  output: OutputView;
  isDisabled: boolean;
  isOnly: boolean;
}) {
  const command = useCommand(device);
  const [kind = "", number = "0"] = output.component.split(":");
  const id = Number(number);
  const label = `${device.name}: ${componentTitle(output.component)}`;
  if (kind === "cover") {
    const move = (action: "open" | "close" | "stop") => command.mutate({ command: "cover", id, action });
    const isMoving = output.state === "opening" || output.state === "closing";
    return (
      <span className="cover-keys" title={output.state ?? ""}>
        <Button
          look="ghost"
          icon="up"
          tabIndex={-1}
          disabled={isDisabled}
          aria-label={`${label}: open`}
          onClick={stop(() => move("open"))}
        />
        <Button
          look="ghost"
          icon="stop"
          tabIndex={-1}
          disabled={isDisabled || !isMoving}
          aria-label={`${label}: stop`}
          onClick={stop(() => move("stop"))}
        />
        <Button
          look="ghost"
          icon="downArrow"
          tabIndex={-1}
          disabled={isDisabled}
          aria-label={`${label}: close`}
          onClick={stop(() => move("close"))}
        />
        <small>{output.percent != null ? percent(output.percent) : (output.state ?? "")}</small>
      </span>
    );
  }
  const toggle = (on: boolean) => command.mutate(switchCommand(output.component, on ? "on" : "off"));
  return (
    <span className="output">
      {!isOnly && <small aria-hidden="true">{id}</small>}
      <Toggle
        on={output.on}
        label={label}
        busy={command.isPending}
        disabled={isDisabled}
        onChange={toggle}
        tabIndex={-1}
      />
      {kind !== "switch" && isOnly && output.percent != null && <small>{percent(output.percent)}</small>}
    </span>
  );
}

function stop(action: () => void) {
  return (event: React.MouseEvent) => {
    event.preventDefault();
    event.stopPropagation();
    action();
  };
}
