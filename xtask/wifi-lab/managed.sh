# A manager on another host, in the home network, for which the agent works over a cable (W14 to W19, W56, L10).

WIRE=10.78.0
PASSWORD='lab staple'

manager() { ip netns exec home shelly-manager --data /run/manager "$@"; }

# The cable, what new devices are to be like, the manager, and the agent with its certificate.
managed_up() {
  ip link add eth0 type veth peer name eth0 netns home
  ip addr add $WIRE.2/24 dev eth0
  ip link set eth0 up
  ip -n home addr add $WIRE.1/24 dev eth0
  ip -n home link set eth0 up
  manager profiles create new >>$LOG
  manager config set --profile new wifi.ap.enable=false switch:0.auto_off=true switch:0.auto_off_delay=600 >>$LOG
  manager config set --profile new auth.password=- <<END >>$LOG
$PASSWORD
END
  token=$(manager token create lab --permission admin --output json | part token)
  (manager serve --agents-listen $WIRE.1:8283 --mdns false) >/tmp/manager.log 2>&1 &
  must "the manager does not listen: $(tail -n 1 /tmp/manager.log)" until_so 120 grep -q '^Agents dial' /tmp/manager.log
  export SHELLY_MANAGER_SERVER=http://127.0.0.1:8280 SHELLY_MANAGER_TOKEN="$token"
  made=$(manager agents code lab --output json)
  echo "$made" | part code >/run/code
  chown shelly-provisioner /run/code
  must "the agent is not let in" agent_once enroll --manager $WIRE.1:8283 --code-file /run/code --name lab \
    --fingerprint "$(echo "$made" | part fingerprint)"
  (agent run) >/tmp/run.log 2>&1 &
  must "the agent does not come: $(tail -n 1 /tmp/run.log)" until_so 60 agent_is_there
}

# part NAME: that member of the JSON on standard input.
part() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }

agent_is_there() { manager agents list | grep -q online; }

agent_once() { (agent "$@"); }

# What the manager knows of a batch that failed: why the units of its jobs did.
said_by_manager() {
  for job in $(grep -o '[0-9a-f-]\{36\} failed' /tmp/managed | cut -d ' ' -f 1 | sort -u); do
    manager jobs show "$job" >>$LOG 2>&1
  done
  grep -v ' INFO ' /tmp/manager.log | tail -n 15 >>$LOG
}

# A list of three devices becomes three devices of the fleet, as the profile wishes them.
managed() {
  managed_up
  for name in gen1 gen2 gen4; do echo "$(mac_of $name),lamp $name,new"; done | sed '1i device,name,profile' >/run/list.csv
  started=$(now)
  manager provision batch /run/list.csv --ssid home-iot </run/key >/tmp/managed 2>&1
  ended=$?
  cat /tmp/managed >>$LOG
  [ $ended = 0 ] || said_by_manager
  must "the batch ended with $ended: $(tail -n 1 /tmp/managed)" [ $ended = 0 ]
  figure managed_s_each "$(seconds $((($(now) - started) / 3)))" >/dev/console
  peak "$(pidof shelly-provisioner)"
  manager devices list >/tmp/devices
  for name in gen1 gen2 gen4; do
    must "$name is not in the fleet" grep -q "lamp $name" /tmp/devices
    must "$name does not answer in the network" is_home $name
    must "$name lets everybody in" is_protected $name
    must "the access point of $name is open" until_so 15 is_closed $name
  done
  must "something is left to do" nothing_differs
  must "the host is not back" host_is_home
  must "something of an access point is left on the host" host_is_clean
  kill "$(pidof shelly-provisioner)"
  must "the agent does not end" until_so 20 sh -c '! pidof shelly-provisioner'
  kill "$(pidof shelly-manager)"
  must "the manager does not end" until_so 30 sh -c '! pidof shelly-manager'
}

is_protected() { told_at_home "$1" | grep -qE '"auth(_en)?": *true'; }

is_closed() { ! ip netns exec "$1" iw dev "$(point_of "$1")" info | grep -q "ssid $(ssid_of "$1")"; }

nothing_differs() { manager config diff --profile new; }
