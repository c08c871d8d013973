// Asks for the password of a device that refuses ours.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { devices } from "../../api/calls";
import { keys } from "../../api/queries";
import type { DeviceView } from "../../api/types";
import { Button, ErrorNote, Field } from "../../components/pieces";
import { toast } from "../../components/toasts";

export function PasswordForm({ device }: { device: DeviceView }) {
  const client = useQueryClient();
  const [user, setUser] = useState("admin");
  const [password, setPassword] = useState("");
  const save = useMutation({
    mutationFn: () => devices.setPassword(device.mac, { user, password }),
    onSuccess: () => {
      setPassword("");
      toast("good", "The password is kept.");
      void client.invalidateQueries({ queryKey: keys.device(device.mac) });
      void client.invalidateQueries({ queryKey: keys.fleet });
    },
  });
  return (
    <form
      className="card inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {device.generation === 1 && (
        <Field label="User">
          <input
            className="input"
            value={user}
            autoComplete="off"
            onChange={(event) => setUser(event.target.value)}
          />
        </Field>
      )}
      <Field label="Password of the device">
        <input
          className="input"
          type="password"
          value={password}
          autoComplete="new-password"
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <Button type="submit" look="primary" busy={save.isPending} disabled={password === ""}>
        Save
      </Button>
      {save.error && <ErrorNote error={save.error} />}
    </form>
  );
}
