//! Models by the numbers under which devices advertise them (gen2 models.csv).

/// A model as it is advertised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdvertisedModel {
    /// Order code. Units of other regions may share the number.
    pub model: &'static str,
    /// Name under which it is sold.
    pub name: &'static str,
}

/// The model with this number.
pub fn model(id: u16) -> Option<AdvertisedModel> {
    let at = MODELS.binary_search_by_key(&id, |(id, ..)| *id).ok()?;
    let (_, model, name) = MODELS[at];
    Some(AdvertisedModel { model, name })
}

/// Number, order code and name, by number.
const MODELS: &[(u16, &str, &str)] = &[
    (0x1000, "SNSW-001X16EU", "Shelly Plus 1"),
    (0x1001, "SNSW-001P16EU", "Shelly Plus 1PM"),
    (0x1002, "SNSW-002P16EU", "Shelly Plus 2PM"),
    (0x1003, "SNDM-0013US", "Shelly Plus Wall Dimmer"),
    (0x1005, "S3SW-002P16EU", "Shelly 2PM Gen3"),
    (0x1007, "SNSN-0024X", "Shelly Plus i4"),
    (0x1008, "SNSN-0D24X", "Shelly Plus i4 DC"),
    (0x1009, "SNDC-0D4P10WW", "Shelly Plus RGBW PM"),
    (0x1010, "SNSW-001X8EU", "Shelly Plus 1 Mini"),
    (0x1011, "SNSW-001P8EU", "Shelly Plus 1PM Mini"),
    (0x1012, "SNSN-0043X", "Shelly Plus Uni"),
    (0x1013, "S3SW-0A2X4EUL", "Shelly 2L Gen3"),
    (0x1014, "S3SW-0A1X1EUL", "Shelly 1L Gen3"),
    (0x1015, "S3SW-001X8EU", "Shelly 1 Mini Gen3"),
    (0x1016, "S3SW-001P8EU", "Shelly 1PM Mini Gen3"),
    (0x1018, "S3SW-001X16EU", "Shelly 1 Gen3"),
    (0x1019, "S3SW-001P16EU", "Shelly 1PM Gen3"),
    (0x1020, "SNPM-001PCEU16", "Shelly Plus PM Mini"),
    (0x1023, "S3PM-001PCEU16", "Shelly PM Mini Gen3"),
    (0x1024, "SPEM-003CEBEU", "Shelly Pro 3EM"),
    (0x1025, "SPEM-003CEBEU63", "Shelly Pro 3EM-3CT63"),
    (0x1026, "S3EM-003CXCEU63", "Shelly 3EM-63 Gen3"),
    (0x1027, "S3EM-002CXCEU", "Shelly EM Gen3"),
    (0x1028, "S4SW-001X16EU", "Shelly 1 Gen4"),
    (0x1029, "S4SW-001P16EU", "Shelly 1PM Gen4"),
    (0x1030, "S4SW-001X8EU", "Shelly 1 Mini Gen4"),
    (0x1031, "S4SW-001P8EU", "Shelly 1PM Mini Gen4"),
    (0x1032, "S4SW-002P16EU", "Shelly 2PM Gen4"),
    (0x1033, "S4EM-001PXCEU16", "Shelly EM Mini Gen4"),
    (0x1034, "S4SW-0A2X4EUL", "Shelly 2L Gen4"),
    (0x1035, "S4SW-0A1X1EUL", "Shelly 1L Gen4"),
    (0x1039, "S3SH-0A2P4EU", "Shelly Shutter"),
    (0x103d, "S4EM-001CXCEU63", "Shelly EM-63 Gen4"),
    (0x1070, "SNDM-00100WW", "Shelly Plus 0-10V Dimmer"),
    (0x1071, "S3DM-0A1WW", "Shelly DALI Dimmer Gen3"),
    (0x1072, "S3DM-0010WW", "Shelly Dimmer 0/1-10V PM Gen3"),
    (0x1073, "S3DM-0A101WWL", "Shelly Dimmer Gen3"),
    (0x1075, "S4DM-0A101WWL", "Shelly Dimmer Gen4"),
    (0x1111, "S4PB-00CU000002", "Shelly Cury (Loomii diffuser)"),
    (0x1800, "SNPL-00112EU", "Shelly Plus Plug S"),
    (0x1801, "SNPL-00112UK", "Shelly Plus Plug UK"),
    (0x1803, "SNPL-00110IT", "Shelly Plus Plug IT"),
    (0x1804, "SNPL-00116US", "Shelly Plus Plug US"),
    (0x1805, "S3PL-00112EU", "Shelly Plug S Gen3"),
    (0x1806, "SNSN-0013A", "Shelly Plus H&T"),
    (0x1807, "SNSN-0031Z", "Shelly Plus Smoke"),
    (0x1808, "SNGW-BT01", "Shelly BLU Gateway"),
    (0x1809, "S3SN-0U12A", "Shelly H&T Gen3"),
    (0x1812, "S3SN-0024X", "Shelly i4 Gen3"),
    (0x1814, "S3BL-D010009AEU", "Shelly Duo Bulb Gen3"),
    (0x1815, "S3BL-C010007AEU", "Shelly Multicolor Bulb Gen3"),
    (0x1816, "S3SN-1U12A", "Shelly AZ H&T"),
    (0x1817, "S3GW-1DBT001", "Shelly BLU Gateway Gen3"),
    (0x1819, "S4SN-0A24X", "Shelly i4 Gen4"),
    (0x1821, "S4SN-0U61X", "Shelly Presence Gen4"),
    (0x1822, "S4SN-0071A", "Shelly Flood Gen4"),
    (0x1826, "S4SN-0071Z", "Shelly Flood S Gen4"),
    (0x1829, "S3SN-0U53X", "The Pill by Shelly"),
    (0x1850, "S3PL-10112EU", "Shelly AZ Plug"),
    (0x1851, "S4PL-00416EU", "Shelly Power Strip 4 Gen4"),
    (0x1852, "S4PL-00116US", "Shelly Plug US Gen4"),
    (0x1853, "S3PL-20112EU", "Shelly Outdoor Plug S Gen3"),
    (0x1854, "S3PL-30116EU", "Shelly Plug PM Gen3"),
    (0x1862, "S4PL-00415US", "Shelly Power Strip 4 US Gen4"),
    (0x1865, "S3PL-30110EU", "Shelly Plug M Gen3"),
    (0x2000, "SPSW-001XE16EU", "Shelly Pro 1"),
    (0x2001, "SPSW-001PE16EU", "Shelly Pro 1PM"),
    (0x2002, "SPSW-002XE16EU", "Shelly Pro 2"),
    (0x2003, "SPSW-002PE16EU", "Shelly Pro 2PM"),
    (0x2004, "SPSW-003XE16EU", "Shelly Pro 3"),
    (0x2005, "SPSW-004PE16EU", "Shelly Pro 4PM"),
    (0x2006, "SPEM-002CEBEU50", "Shelly Pro EM-50"),
    (0x200c, "SPSH-002PE16EU", "Shelly Pro Dual Cover PM"),
    (0x200d, "SPDM-001PE01EU", "Shelly Pro Dimmer 1PM"),
    (0x200e, "SPDM-002PE01EU", "Shelly Pro Dimmer 2PM"),
    (0x200f, "SPEM-003CEBEU400", "Shelly Pro 3EM-400"),
    (0x2011, "SPCC-001PE10EU", "Shelly Pro Dimmer 0/1-10V PM"),
    (0x2012, "SPDC-0D5PE16EU", "Shelly Pro RGBWW PM"),
    (0x2013, "SPCB-01VENEU", "Shelly Pro 1CB"),
    (0x2014, "SPCB-02VENEU", "Shelly Pro 2CB"),
    (0x2015, "SPCB-03VENEU", "Shelly Pro 3CB"),
    (0x2016, "SPCB-04VENEU", "Shelly Pro 4CB"),
    (0x3002, "SAWD-2A1XX10EU1", "Shelly Wall Display X2"),
    (0x3003, "SAWD-3A1XE10EU2", "Shelly Wall Display XL"),
    (0x3005, "SAWD-5A1XX10EU0", "Shelly Wall Display X2i"),
    (0x3006, "SAWD-6A1XX10EU0", "Shelly Wall Display X1i"),
    (0x4000, "S3MX-0A", "Shelly X MOD1"),
    (0x5000, "S1CM-0DXW00", "Shelly Camera"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l7_models_are_found_by_their_numbers() {
        assert!(MODELS.windows(2).all(|pair| pair[0].0 < pair[1].0), "they are in order, and none is there twice");
        for (id, code, _) in MODELS {
            assert_eq!(model(*id).map(|model| model.model), Some(*code));
        }
        assert_eq!(model(0), None);
    }
}
