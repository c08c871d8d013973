//! Dials the WebSocket server a device is configured for (gen2 protocol 3.4).
