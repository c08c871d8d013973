# The agent in a container (W20 to W23): what docs/provisioning.md gives to podman, told to the runtime under it. A root
# that holds the program and its libraries and cannot be written to, the network of the host, the agent's user, no
# capability, its own folder, and the socket of what manages the WiFi. An address at the access point comes from the host.

BUNDLE=/contained

# bound FROM TO [MODE]: a mount of the container.
bound() { printf ',{"type":"bind","source":"%s","destination":"%s","options":["bind","%s"]}' "$1" "$2" "${3:-rw}"; }

# texts WORD...: a list of texts in JSON.
texts() {
  list=
  for word in "$@"; do list="$list${list:+,}\"$word\""; done
  echo "[$list]"
}

contained_root() {
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  root=$BUNDLE/root
  mkdir -p $root/usr/bin $root/usr/lib/x86_64-linux-gnu $root/usr/lib64 $root/proc $root/sys $root/dev $root/run/dbus \
    $root/run/wpa_supplicant $root/tmp $root$STATE
  ln -s usr/lib usr/lib64 $root
  ln -s ../run $root/var/run
  ln /usr/bin/shelly-provisioner $root/usr/bin/
  cp -L /lib64/ld-linux-x86-64.so.2 $root/usr/lib64/
  for library in libc libgcc_s libm; do cp -L /usr/lib/x86_64-linux-gnu/$library.so.[0-9] $root/usr/lib/x86_64-linux-gnu/; done
  : >$root/run/key
  : >$root/run/dbus/system_bus_socket
}

# What podman makes of its options, with the words of the agent.
contained_config() {
  case $backend in
    nm) socket=$(bound /run/dbus/system_bus_socket /run/dbus/system_bus_socket) groups= ;;
    wpa)
      socket=$(bound /run/wpa_supplicant /run/wpa_supplicant)$(bound /tmp /tmp)
      groups='"additionalGids":[102],'
      ;;
  esac
  cat <<END
{"ociVersion":"1.0.2","hostname":"contained",
"process":{"cwd":"/","args":$(texts shelly-provisioner --state $STATE --interface wlan0 --backend "$@"),
"env":["PATH=/usr/bin"],"user":{"uid":990,"gid":990,$groups"umask":18},"noNewPrivileges":true,
"capabilities":{"bounding":[],"effective":[],"inheritable":[],"permitted":[],"ambient":[]}},
"root":{"path":"root","readonly":true},
"linux":{"namespaces":[{"type":"pid"},{"type":"ipc"},{"type":"mount"},{"type":"uts"}],
"maskedPaths":["/proc/kcore","/proc/keys","/proc/timer_list","/sys/firmware"],
"readonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"]},
"mounts":[{"type":"proc","source":"proc","destination":"/proc"},
{"type":"tmpfs","source":"tmpfs","destination":"/dev","options":["nosuid","mode=755","size=65536k"]},
{"type":"none","source":"/sys","destination":"/sys","options":["rbind","ro"]}
$socket$(bound $STATE $STATE)$(bound /run/key /run/key ro)]}
END
}

# Takes the place of `agent`: runs it in the container. The lab's root is where it was unpacked, from which nobody can pivot.
in_container() {
  contained_config "$(service)" "$@" >$BUNDLE/config.json
  exec crun --cgroup-manager=disabled run --no-pivot --bundle $BUNDLE "agent-$(now)"
}

# A device comes into the network, and the host is back in it.
contained() {
  contained_root
  device gen2 SNSW-001X16EU A8032AB12345
  opened gen2
  contained=yes
  with_agent provision "$(ssid_of gen2)" --network home-iot --key-file /run/key
  must "the agent says: $(tail -n 1 /tmp/agent)" [ "$(cat /run/exit)" = 0 ]
  must "the device does not answer in the network" is_home gen2
  must "the host is not back" host_is_home
  must "something of an access point is left on the host" host_is_clean
}
