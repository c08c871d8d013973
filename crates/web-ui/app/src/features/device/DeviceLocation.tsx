// Where a device is.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { devices } from "../../api/calls";
import { keys, locationsQuery } from "../../api/queries";
import type { DeviceDetail } from "../../api/types";
import { toastError } from "../../components/toasts";
import { useMay } from "../../lib/may";

export function DeviceLocation({ device }: { device: DeviceDetail }) {
  const client = useQueryClient();
  const mayConfigure = useMay("configure");
  const locations = useQuery(locationsQuery).data ?? [];
  const change = useMutation({
    mutationFn: (location: string) => devices.update(device.mac, { location }),
    onSuccess: (answer) => {
      client.setQueryData(keys.device(device.mac), answer);
      for (const key of [keys.config(device.mac), keys.fleet, keys.locations])
        void client.invalidateQueries({ queryKey: key });
    },
    onError: toastError,
  });
  if (locations.length === 0) return null;
  return (
    <>
      <h2>Location</h2>
      <select
        className="select"
        aria-label="Where this device is"
        value={device.location ?? ""}
        disabled={!mayConfigure || change.isPending}
        onChange={(event) => change.mutate(event.target.value)}
      >
        <option value="">Not said</option>
        {locations.map(({ name, around }) => (
          <option key={name} value={name}>
            {[...around.toReversed(), name].join(" / ")}
          </option>
        ))}
      </select>
    </>
  );
}
