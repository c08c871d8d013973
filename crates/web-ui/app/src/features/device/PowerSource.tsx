// Which output of another device feeds this one.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { devices } from "../../api/calls";
import { fleetQuery, keys } from "../../api/queries";
import type { DeviceDetail } from "../../api/types";
import { toastError } from "../../components/toasts";
import { useMay } from "../../lib/may";

export function PowerSource({ device }: { device: DeviceDetail }) {
  const client = useQueryClient();
  const mayConfigure = useMay("configure");
  const fleet = useQuery(fleetQuery).data?.devices ?? [];
  const change = useMutation({
    mutationFn: (powered_by: string) => devices.update(device.mac, { powered_by }),
    onSuccess: (answer) => client.setQueryData(keys.device(device.mac), answer),
    onError: toastError,
  });
  const outputs = fleet
    .filter((other) => other.mac !== device.mac)
    .flatMap((other) =>
      other.outputs
        .filter(({ component }) => !component.startsWith("cover:"))
        .map(({ component }) => ({
          value: `${other.mac}/${component}`,
          label: `${other.name}, ${component}`,
        })),
    );
  const current = device.powered_by ?? "";
  const isListed = outputs.some(({ value }) => value === current);
  return (
    <>
      <h2>Powered by</h2>
      <select
        className="select"
        aria-label="Output that feeds this device"
        title="While this output is off, the device is expected not to answer."
        value={current}
        disabled={!mayConfigure || change.isPending}
        onChange={(event) => change.mutate(event.target.value)}
      >
        <option value="">The mains, or something unknown</option>
        {current && !isListed && <option value={current}>{current}</option>}
        {outputs.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </>
  );
}
