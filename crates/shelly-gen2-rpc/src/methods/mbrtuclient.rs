//! `MbRtuClient`: Modbus devices on a serial port.

use shelly_types::wire_object;

wire_object! {
    /// Answer of methods that read registers.
    pub struct Registers {
        /// 16 bits each.
        pub values: Vec<u16>,
    }

    /// Answer of methods that read bits.
    pub struct Bits {
        /// Coils or inputs.
        pub values: Vec<bool>,
    }
}

methods! {
    /// Reads holding registers; `sid` is the address on the bus, 1 to 247, `qty` at most 123 on some firmware.
    fn modbus_read_holding_registers(id: u32, sid: u8, addr: u16, qty: u16) -> Registers =
        "MbRtuClient.ReadHoldingRegisters";

    /// Reads input registers.
    fn modbus_read_input_registers(id: u32, sid: u8, addr: u16, qty: u16) -> Registers =
        "MbRtuClient.ReadInputRegisters";

    /// Reads discrete inputs, at most 2000.
    fn modbus_read_discrete_inputs(id: u32, sid: u8, addr: u16, qty: u16) -> Bits = "MbRtuClient.ReadDiscreteInputs";

    /// Reads coils, at most 2000.
    fn modbus_read_coils(id: u32, sid: u8, addr: u16, qty: u16) -> Bits = "MbRtuClient.ReadCoils";

    /// Writes holding registers.
    fn modbus_write_holding_registers(id: u32, sid: u8, addr: u16, values: &[u16]) =
        "MbRtuClient.WriteHoldingRegisters";

    /// Writes one register.
    fn modbus_write_register(id: u32, sid: u8, addr: u16, value: u16) = "MbRtuClient.WriteSingleRegister";

    /// Writes coils.
    fn modbus_write_coils(id: u32, sid: u8, addr: u16, values: &[bool]) = "MbRtuClient.WriteCoils";
}
