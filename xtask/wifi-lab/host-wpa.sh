# The host's WiFi without NetworkManager: wpa_supplicant with its control socket, and a DHCP client that follows it.
host_up() {
  cat >/run/wpa.conf <<END
ctrl_interface=DIR=/run/wpa_supplicant GROUP=netdev
network={
 ssid="home-iot"
 psk="$KEY"
}
END
  wpa_supplicant -B -i wlan0 -c /run/wpa.conf -f /tmp/wpa.log >>$LOG 2>&1
  until_so 10 wpa_cli -i wlan0 ping
  wpa_cli -B -i wlan0 -P /run/follow.pid -a /lab/follow >>$LOG 2>&1
}
