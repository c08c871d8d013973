# What the cases stand on: the air with its networks and devices, the host's WiFi, the agent, and how results are told.
# Results are lines on the console that begin with LAB.

KEY='correct horse battery'
HOME_GATE=10.77.0.1
STATE=/var/lib/shelly-provisioner
LOG=/tmp/lab.log
backend=$(sed -n 's/.*lab.backend=\([a-z]*\).*/\1/p' /proc/cmdline)

now() { sed 's/\.\(..\) .*/\1/' /proc/uptime; }
seconds() { printf '%d.%d' $(($1 / 100)) $(($1 / 10 % 10)); }
figure() { echo "LAB figure $*"; }

# trouble WHAT FILE...: what is wrong with the lab itself, with the ends of these files.
trouble() {
  echo "LAB trouble $1"
  shift
  tail -n 30 "$@" 2>/dev/null | sed 's/^/  | /'
}

# until LIMIT_S COMMAND...: waits for what is meant.
until_so() {
  end=$(($(now) + $1 * 100))
  shift
  while ! "$@" >/dev/null 2>&1; do
    [ "$(now)" -lt $end ] || return 1
    usleep 500000
  done
}

# Ends the case when something is not so: must WHAT COMMAND...: ends the case when it is not so.
must() {
  what=$1
  shift
  "$@" >>$LOG 2>&1 || { echo "$what"; exit 1; }
}

# The cases to run, by name.
wanted=$(sed -n 's/.*lab.cases=\([^ ]*\).*/\1/p' /proc/cmdline)

# run_case NAME FUNCTION: runs it when it is wanted; fails when it did not run.
run_case() {
  case ",$wanted," in *",$1,"*) ;; *) return 1 ;; esac
  echo "== $1" >>$LOG
  began=$(now)
  if why=$("$2" 2>>$LOG); then
    echo "LAB pass $1 $(seconds $(($(now) - began)))"
  else
    failed=$((failed + 1))
    echo "LAB fail $1 $(seconds $(($(now) - began))) $why"
    tail -n 60 $LOG | sed 's/^/  | /'
    tail -n 10 /tmp/gen?.log | sed 's/^/  | /'
    : >$LOG
  fi
}
failed=0

# A network with WPA2 and a gate, in a namespace of its own.
home_up() {
  ip netns add home
  iw phy phy1 set netns name home
  cat >/run/home.conf <<END
interface=wlan1
ctrl_interface=/run/home-ap
ssid=home-iot
hw_mode=g
channel=1
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=$KEY
END
  ip -n home link set lo up
  ip -n home addr add $HOME_GATE/24 dev wlan1
  ip netns exec home hostapd -B -f /tmp/home-ap.log /run/home.conf >>$LOG 2>&1
  lease home wlan1 10.77.0
}

# lease NAMESPACE INTERFACE NETWORK: gives out addresses.
lease() {
  printf 'start %s.10\nend %s.60\ninterface %s\nmax_leases 50\noption subnet 255.255.255.0\noption router %s.1\n' \
    "$3" "$3" "$2" "$3" >"/run/udhcpd-$1.conf"
  printf 'pidfile /run/udhcpd-%s.pid\nlease_file /run/udhcpd-%s.leases\n' "$1" "$1" >>"/run/udhcpd-$1.conf"
  : >"/run/udhcpd-$1.leases"
  ip netns exec "$1" udhcpd -S "/run/udhcpd-$1.conf"
}

# device NAME MODEL MAC: places a device that comes from the factory, in the place of the one that was there.
device() {
  case $1 in gen1) n=2 ;; gen2) n=4 ;; gen4) n=6 ;; esac
  if [ -f "/run/$1.pid" ]; then
    kill "$(cat "/run/$1.pid")"
    until_so 10 sh -c "[ ! -d /proc/$(cat "/run/$1.pid") ] && ! [ -f /run/radio-wlan$n/hostapd.pid ]"
  else
    ip netns add "$1"
    ip -n "$1" link set lo up
    for phy in $n $((n + 1)); do iw phy "phy$phy" set netns name "$1"; done
    ip -n "$1" addr add 192.168.33.1/24 dev wlan$n
    lease "$1" wlan$n 192.168.33
  fi
  ip netns exec "$1" shelly-sim --model "$2" --mac "$3" --new --listen 0.0.0.0 --base-port 80 --format json \
    --radio "sh /lab/radio wlan$n wlan$((n + 1))" >"/run/$1.json" 2>>"/tmp/$1.log" </dev/null &
  echo $! >"/run/$1.pid"
}

# opened NAME: waits until the device has opened its access point.
opened() {
  point=$(point_of "$1")
  until_so 180 [ -f "/run/radio-$point/hostapd.pid" ] || trouble "$1 does not open its access point" "/tmp/$1.log" $LOG
  sed -n 's/^ssid=//p' "/run/radio-$point/hostapd.conf" >"/run/$1.ssid"
}

ssid_of() { cat "/run/$1.ssid"; }
mac_of() { sed 's/.*"mac": *"\([0-9A-F]*\)".*/\1/' "/run/$1.json"; }
station_of() { case $1 in gen1) echo wlan3 ;; gen2) echo wlan5 ;; gen4) echo wlan7 ;; esac; }
point_of() { case $1 in gen1) echo wlan2 ;; gen2) echo wlan4 ;; gen4) echo wlan6 ;; esac; }
address_of() { ip -n "$1" -4 -o addr show dev "$(station_of "$1")" | sed -n 's/.*inet \([0-9.]*\).*/\1/p'; }

# What the device says of itself to somebody else than the host, in the home network. (The wget of busybox breaks down.)
told_at_home() {
  address=$(address_of "$1")
  [ -n "$address" ] || return 1
  { printf 'GET /shelly HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$address"; sleep 2; } |
    ip netns exec home timeout 8 nc "$address" 80
}

is_home() { told_at_home "$1" | grep -q "$(mac_of "$1")"; }

# The device is as it came from the factory, as far as networks go: its access point is open, and it wants no other.
is_new() {
  point=$(point_of "$1")
  [ -f "/run/radio-$point/hostapd.pid" ] || return 1
  [ -z "$(address_of "$1")" ] || return 1
  ip netns exec "$1" iw dev $point info | grep -q "ssid $(ssid_of "$1")" || return 1
  ! grep -q network "/run/radio-$point/station.conf"
}

# The host is in its network: the radio is associated, the service says so, and a packet comes back.
host_is_home() {
  iw dev wlan0 link | grep -q 'SSID: home-iot' || return 1
  case $backend in
    nm) nmcli -t -f DEVICE,STATE,CONNECTION device | grep -qx 'wlan0:connected:home-iot' ;;
    wpa) wpa_cli -i wlan0 status | grep -q '^wpa_state=COMPLETED' ;;
  esac || return 1
  ping -c 1 -W 2 -I wlan0 $HOME_GATE
}

# Nothing of a device's access point is left on the host.
host_is_clean() {
  case $backend in
    nm) [ "$(nmcli -t -f NAME connection | grep -vcx lo)" = 1 ] ;;
    wpa) [ "$(wpa_cli -i wlan0 list_networks | grep -c '^[0-9]')" = 1 ] ;;
  esac && ! ip -4 addr show dev wlan0 | grep -q 192.168.33.
}

# agent ARGUMENTS: the program as its own user, with what its documentation names and nothing else.
agent() {
  [ -z "$contained" ] || in_container "$@"
  case $backend in
    nm) as='--clear-groups' ;;
    wpa) as='--groups=netdev --inh-caps=+net_admin --ambient-caps=+net_admin' ;;
  esac
  # shellcheck disable=SC2086
  exec setpriv --reuid=shelly-provisioner --regid=shelly-provisioner $as \
    shelly-provisioner --state $STATE --interface wlan0 --backend "$(service)" "$@"
}

# What manages the WiFi, as the agent names it.
service() { case $backend in nm) echo network-manager ;; wpa) echo wpa-supplicant ;; esac; }

# with_agent ARGUMENTS: runs it to its end, keeps what it said in /tmp/agent with the time, and watches its memory.
with_agent() {
  : >/tmp/agent
  { (agent "$@") 2>&1; echo $? >/run/exit; } | while IFS= read -r line; do
    echo "$(now) $line" | tee -a /tmp/agent >/dev/console
  done &
  runs=$!
  while kill -0 $runs 2>/dev/null; do
    pid=$(pidof shelly-provisioner) && peak "${pid%% *}"
    usleep 700000
  done
  cat /tmp/agent >>$LOG
}

# How long each device took, from when the task was taken on to when it was found in the network.
device_seconds() {
  awk '$2 == "accepted" { began = $1 } / answers at / { printf "LAB figure %s_s %.1f\n", $2, ($1 - began) / 100 }' \
    /tmp/agent | sed 's/:_s/_s/'
}

# The most memory that an agent had so far, as the kernel kept it.
peak() {
  kib=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null)
  [ "${kib:-0}" -le "$(cat /run/peak 2>/dev/null || echo 0)" ] || echo "$kib" >/run/peak
}
