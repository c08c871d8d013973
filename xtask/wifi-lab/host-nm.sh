# The host's WiFi with NetworkManager, and polkit with the rule that comes with the agent.
host_up() {
  /usr/lib/systemd/systemd-udevd --daemon
  udevadm trigger -s net -c add
  udevadm settle -t 20
  dbus-daemon --system --fork --nopidfile
  /usr/lib/polkit-1/polkitd --no-debug >/tmp/polkit.log 2>&1 &
  wpa_supplicant -u -s -B -O /run/wpa_supplicant -f /tmp/wpa.log >>$LOG 2>&1
  mkdir -p /etc/NetworkManager/system-connections
  cat >/etc/NetworkManager/NetworkManager.conf <<END
[main]
plugins=keyfile
dhcp=internal
no-auto-default=*
[keyfile]
unmanaged-devices=*,except:interface-name:wlan0
[logging]
level=INFO
END
  profile=/etc/NetworkManager/system-connections/home-iot.nmconnection
  cat >$profile <<END
[connection]
id=home-iot
uuid=0f5f8c7e-3f0c-4d1a-9b5e-6a1c2d3e4f50
type=wifi
[wifi]
ssid=home-iot
[wifi-security]
key-mgmt=wpa-psk
psk=$KEY
[ipv4]
method=auto
[ipv6]
method=disabled
END
  chmod 600 $profile
  NetworkManager --debug >/tmp/nm.log 2>&1 &
}
