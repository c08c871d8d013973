//! `Matter`.

use shelly_types::wire_object;

wire_object! {
    /// Answer of `Matter.GetSetupCode`.
    pub struct SetupCode {
        /// Text of the QR code.
        pub qr_code: String,
        /// Digits to be entered by hand.
        pub manual_code: String,
    }
}

methods! {
    /// The code with which the device is added to a Matter fabric.
    fn matter_setup_code() -> SetupCode = "Matter.GetSetupCode";

    /// Leaves all Matter fabrics.
    fn matter_factory_reset() = "Matter.FactoryReset";
}
