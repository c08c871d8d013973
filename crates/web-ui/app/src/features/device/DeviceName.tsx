// The name of a device, edited in place.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { devices } from "../../api/calls";
import { keys } from "../../api/queries";
import type { DeviceDetail } from "../../api/types";
import { Button } from "../../components/pieces";
import { toastError } from "../../components/toasts";

export function DeviceName({ device }: { device: DeviceDetail }) {
  const client = useQueryClient();
  const [text, setText] = useState<string | null>(null);
  const rename = useMutation({
    mutationFn: (label: string) => devices.update(device.mac, { label }),
    onSuccess: (answer) => {
      client.setQueryData(keys.device(device.mac), answer);
      void client.invalidateQueries({ queryKey: keys.fleet });
      setText(null);
    },
    onError: toastError,
  });
  if (text === null) {
    return (
      <h1>
        {device.name}
        <Button
          look="ghost"
          icon="edit"
          aria-label="Rename"
          title="Rename"
          onClick={() => setText(device.label ?? device.name)}
        />
      </h1>
    );
  }
  return (
    <form
      className="rename"
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate(text.trim());
      }}
    >
      <input
        className="input is-large"
        aria-label="Name"
        value={text}
        placeholder="The device's own name"
        // biome-ignore lint/a11y/noAutofocus: opened by a click on Rename
        autoFocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && setText(null)}
      />
      <Button type="submit" look="primary" busy={rename.isPending}>
        Save
      </Button>
      <Button onClick={() => setText(null)}>Cancel</Button>
    </form>
  );
}
