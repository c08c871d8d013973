//! `XMOD`: modules that partners build products with.

use serde_json::Value;
use shelly_types::wire_object;

wire_object! {
    /// Answer of `XMOD.GetProductJWS`.
    pub struct Product {
        /// Signed description of the product.
        pub jws: String,
    }
}

methods! {
    /// What the module is; the members are those of the signed description.
    fn xmod_info() -> Value = "XMOD.GetInfo";

    /// Makes the module a product.
    fn xmod_apply_product(jws: &str) = "XMOD.ApplyProductJWS";

    /// The signed description of the product.
    fn xmod_product() -> Product = "XMOD.GetProductJWS";
}
