# The cases, one after the other. What a case finds a device in is what the one before left.
. /lab/lib.sh
. "/lab/host-$backend.sh"
. /lab/kills.sh
. /lab/contained.sh
. /lab/managed.sh

# W20: all three access points are told, each with its generation.
scan() {
  with_agent scan
  must "scan ended with $(cat /run/exit)" [ "$(cat /run/exit)" = 0 ]
  for name in gen1 gen2 gen4; do
    must "$name is not told" grep -q "$(ssid_of $name) *$name " /tmp/agent
  done
}

# W21, W22, W23: devices of three generations come into the network, and the host is back in it.
three() {
  with_agent provision "$(ssid_of gen1)" "$(ssid_of gen2)" "$(ssid_of gen4)" --network home-iot --key-file /run/key
  must "the agent says: $(tail -n 1 /tmp/agent)" [ "$(cat /run/exit)" = 0 ]
  for name in gen1 gen2 gen4; do
    must "$name does not answer in the network" is_home $name
    must "$name is not told with its address" grep -q "$(mac_of $name) answers at $(address_of $name)" /tmp/agent
  done
  must "the host is not back" host_is_home
  must "something of an access point is left on the host" host_is_clean
}

# W24: with a wrong key the device is back in its access point, and the host in its network.
wrong_key() {
  name=$1
  with_agent provision "$(ssid_of "$name")" --network home-iot --key-file /run/wrong-key --find-within 15
  must "the agent ended with $(cat /run/exit)" [ "$(cat /run/exit)" = 4 ]
  must "the agent says: $(tail -n 1 /tmp/agent)" grep -q 'back in its access point' /tmp/agent
  must "the device was not told the network" grep -q 'is to join: "home-iot"' "/tmp/$name.log"
  must "the device is not as new" until_so 15 is_new "$name"
  must "the host is not back" host_is_home
  must "something of an access point is left on the host" host_is_clean
}
wrong_key_gen1() { wrong_key gen1; }
wrong_key_gen2() { wrong_key gen2; }

began=$(now)
home_up
device gen1 SHSW-25 A4CF12F45678
device gen2 SNSW-001X16EU A8032AB12345
device gen4 S4SW-001P16EU A8032AB1F00D
host_up
for name in gen1 gen2 gen4; do opened $name; done
until_so 240 host_is_home || trouble "the host does not get into its network" $LOG /tmp/wpa.log /tmp/home-ap.log /tmp/nm.log
figure air_s "$(seconds $(($(now) - began)))"
echo "$KEY" >/run/key
echo "not the right key" >/run/wrong-key
chown shelly-provisioner /run/key /run/wrong-key
mkdir -m 700 -p $STATE && chown shelly-provisioner $STATE

run_case scan scan
run_case three-devices three && device_seconds
device gen2 SNSW-001X16EU A8032AB12345
opened gen2
run_case wrong-key-gen2 wrong_key_gen2
run_case killed-joined killed_joined
run_case killed-written killed_written
run_case contained contained
device gen1 SHSW-25 A4CF12F45678
opened gen1
run_case wrong-key-gen1 wrong_key_gen1
for device in 'gen1 SHSW-25 A4CF12F45678' 'gen2 SNSW-001X16EU A8032AB12345' 'gen4 S4SW-001P16EU A8032AB1F00D'; do
  # shellcheck disable=SC2086
  device $device
done
for name in gen1 gen2 gen4; do opened $name; done
run_case managed managed
figure peak_kib "$(cat /run/peak)"
echo "LAB end $failed"
