// The tags of a device: each leads to the devices that carry it, and is taken away or given here.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { devices } from "../../api/calls";
import { keys } from "../../api/queries";
import type { DeviceDetail } from "../../api/types";
import { Button } from "../../components/pieces";
import { toastError } from "../../components/toasts";

export function DeviceTags({ device }: { device: DeviceDetail }) {
  const client = useQueryClient();
  const [text, setText] = useState("");
  const change = useMutation({
    mutationFn: (tags: { add_tags?: string[]; remove_tags?: string[] }) => devices.update(device.mac, tags),
    onSuccess: (answer) => {
      client.setQueryData(keys.device(device.mac), answer);
      void client.invalidateQueries({ queryKey: keys.fleet });
      setText("");
    },
    onError: toastError,
  });
  const tags = device.tags ?? [];
  return (
    <>
      <h2>Tags</h2>
      <div className="chips">
        {tags.map((tag) => (
          <span key={tag} className="tag">
            <Link
              to="/"
              search={{ q: `tag:"${tag.replace(/["\\]/g, "\\$&")}"` }}
              title="Devices with this tag"
            >
              {tag}
            </Link>
            <Button
              look="ghost"
              icon="close"
              aria-label={`Take the tag ${tag} away`}
              disabled={change.isPending}
              onClick={() => change.mutate({ remove_tags: [tag] })}
            />
          </span>
        ))}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) change.mutate({ add_tags: [text] });
          }}
        >
          <input
            className="input"
            aria-label="New tag"
            placeholder="New tag"
            maxLength={64}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </form>
      </div>
    </>
  );
}
