//! Tables of agents, their work, and where new devices belong.

diesel::table! {
    /// Who signs the certificates of agents.
    agent_authority (id) {
        id -> Text,
        certificate -> Text,
        private_key -> Text,
        fingerprint -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    /// One-time codes with which agents enrol, by hash.
    agent_codes (id) {
        id -> Text,
        label -> Text,
        hash -> Text,
        location_id -> Nullable<Text>,
        uses -> BigInt,
        uses_left -> BigInt,
        created_at -> Timestamp,
        created_by -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    /// Agents that enrolled.
    agents (id) {
        id -> Text,
        name -> Text,
        location_id -> Nullable<Text>,
        enrolled_at -> Timestamp,
        enrolled_with -> Text,
        certificate_expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        last_seen_at -> Nullable<Timestamp>,
        connected_to -> Nullable<Text>,
        about -> Text,
        revision -> BigInt,
    }
}

diesel::table! {
    /// Access points of devices, as radios see them.
    access_points (ssid, agent_id, interface) {
        ssid -> Text,
        agent_id -> Text,
        interface -> Text,
        bssid -> Text,
        signal_dbm -> BigInt,
        frequency_mhz -> BigInt,
        security -> Text,
        first_seen_at -> Timestamp,
        last_seen_at -> Timestamp,
    }
}

diesel::table! {
    /// Devices as agents see them on their own networks.
    agent_sightings (mac, agent_id) {
        mac -> Text,
        agent_id -> Text,
        endpoint -> Text,
        source -> Text,
        first_seen_at -> Timestamp,
        last_seen_at -> Timestamp,
    }
}

diesel::table! {
    /// Devices that are brought into a network together.
    provisionings (id) {
        id -> Text,
        title -> Text,
        network -> Text,
        created_at -> Timestamp,
        created_by -> Text,
    }
}

diesel::table! {
    /// Work of agents.
    agent_tasks (id) {
        id -> Text,
        provisioning_id -> Nullable<Text>,
        position -> BigInt,
        work -> Text,
        secrets -> Nullable<Text>,
        state -> Text,
        priority -> BigInt,
        only_agent -> Nullable<Text>,
        only_interface -> Nullable<Text>,
        agent_id -> Nullable<Text>,
        interface -> Nullable<Text>,
        radio -> Nullable<Text>,
        fence -> BigInt,
        attempts -> BigInt,
        lease_until -> Nullable<Timestamp>,
        deadline_at -> Timestamp,
        not_before -> Nullable<Timestamp>,
        report -> Text,
        reason -> Nullable<Text>,
        mac -> Nullable<Text>,
        job_id -> Nullable<Text>,
        created_at -> Timestamp,
        created_by -> Text,
        started_at -> Nullable<Timestamp>,
        finished_at -> Nullable<Timestamp>,
        revision -> BigInt,
    }
}

diesel::table! {
    /// Rules that say where new devices belong.
    placements (id) {
        id -> Text,
        name -> Text,
        position -> BigInt,
        models -> Text,
        ssid -> Nullable<Text>,
        subnet -> Nullable<Text>,
        location_id -> Nullable<Text>,
        group_id -> Nullable<Text>,
        profile_id -> Nullable<Text>,
        created_at -> Timestamp,
    }
}
