# Cases in which the agent is killed in the middle, and the next start cleans up (L3, L6).

# Starts the agent on the device, and kills it at once when the command says that it is time.
kill_when() {
  : >/tmp/agent
  (agent provision "$(ssid_of gen2)" --network home-iot --key-file /run/key) >>/tmp/agent 2>&1 &
  must "the time to kill it did not come: $(tail -n 1 /tmp/agent)" until_so 90 "$@"
  must "the agent had ended before" kill -9 "$(pidof shelly-provisioner)"
  cat /tmp/agent >>$LOG
}

# With NetworkManager the host goes back by itself; with wpa_supplicant at the next start.
back_by_itself() {
  [ $backend = wpa ] || must "the host does not go back by itself" until_so 60 host_is_home
}

restored() {
  with_agent restore
  must "restore ended with $(cat /run/exit): $(tail -n 1 /tmp/agent)" [ "$(cat /run/exit)" = 0 ]
  must "the host is not back" host_is_home
  must "something of an access point is left on the host" host_is_clean
}

is_at_point() { iw dev wlan0 link | grep -q "SSID: $(ssid_of gen2)" && grep -q '^identifying' /tmp/agent; }

# Killed while it is at the access point and has written nothing: the device is as it was.
killed_joined() {
  kill_when is_at_point
  back_by_itself
  restored
  must "restore says: $(cat /tmp/agent)" grep -q 'the device was not touched' /tmp/agent
  must "the device is not as new" is_new gen2
}

is_told() { [ "$(grep -c 'is to join: "home-iot"' /tmp/gen2.log)" -gt "$told" ]; }

# Killed as soon as the device has the network's key: exactly one of the two ends.
killed_written() {
  told=$(grep -c 'is to join: "home-iot"' /tmp/gen2.log)
  kill_when is_told
  back_by_itself
  restored
  if grep -q "$(mac_of gen2) answers at" /tmp/agent; then
    must "the device does not answer in the network" is_home gen2
  else
    must "restore says: $(cat /tmp/agent)" grep -q 'back in its access point' /tmp/agent
    must "the device is not as new" until_so 15 is_new gen2
  fi
}
