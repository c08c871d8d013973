//! The tables, in types that both databases have: text, whole numbers, booleans and instants in UTC.

mod agent_tables;

pub(crate) use agent_tables::{
    access_points, agent_authority, agent_codes, agent_sightings, agent_tasks, agents, placements, provisionings,
};

diesel::table! {
    /// Adopted devices.
    devices (mac) {
        mac -> Text,
        model -> Text,
        generation -> BigInt,
        app -> Nullable<Text>,
        name -> Nullable<Text>,
        label -> Nullable<Text>,
        host_name -> Nullable<Text>,
        endpoint -> Text,
        firmware -> Text,
        profile -> Nullable<Text>,
        auth_required -> Bool,
        sleeps -> Bool,
        state -> Text,
        state_reason -> Nullable<Text>,
        poll_interval_s -> Nullable<BigInt>,
        first_seen_at -> Timestamp,
        adopted_at -> Timestamp,
        credential_id -> Nullable<Text>,
        restart_required -> Bool,
        drift_state -> Text,
        drift_count -> BigInt,
        drift_checked_at -> Nullable<Timestamp>,
        revision -> BigInt,
        sort_name -> Text,
        search_text -> Text,
        offline_reason -> Nullable<Text>,
        powered_by_mac -> Nullable<Text>,
        powered_by_component -> Nullable<Text>,
        firmware_key -> Nullable<BigInt>,
        index_version -> BigInt,
        critical -> Bool,
        location -> Nullable<Text>,
    }
}

diesel::table! {
    /// Last answer of each device: small rows that change with every poll.
    device_contacts (mac) {
        mac -> Text,
        last_seen_at -> Timestamp,
    }
}

diesel::table! {
    /// Newest reading of each device, written only when it differs.
    device_status (mac) {
        mac -> Text,
        status -> Text,
        changed_at -> Timestamp,
        rssi_dbm -> Nullable<BigInt>,
        booted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// Tags of devices, in lower case.
    device_tags (mac, tag) {
        mac -> Text,
        tag -> Text,
    }
}

diesel::table! {
    /// Words for the components of devices, for queries.
    device_components (component, mac) {
        component -> Text,
        mac -> Text,
    }
}

diesel::table! {
    /// Newest settings of devices, for queries. No secrets.
    device_settings (setting, mac, instance) {
        setting -> Text,
        mac -> Text,
        instance -> BigInt,
        value -> Nullable<Text>,
        number -> Nullable<Double>,
    }
}

diesel::table! {
    /// Passwords of single devices, sealed.
    device_secrets (mac) {
        mac -> Text,
        user_name -> Text,
        password -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    /// Keys of WiFi networks, sealed; empty for an open network.
    wifi_networks (ssid) {
        ssid -> Text,
        secret -> Text,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    /// Passwords that devices are about to get, sealed.
    password_changes (mac) {
        mac -> Text,
        job_id -> Text,
        user_name -> Text,
        secret -> Nullable<Text>,
        state -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    /// Credentials that are tried in order, sealed.
    credentials (id) {
        id -> Text,
        label -> Text,
        user_name -> Text,
        password -> Text,
        position -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    /// Groups.
    device_groups (id) {
        id -> Text,
        name -> Text,
        rank -> BigInt,
        created_at -> Timestamp,
        revision -> BigInt,
        query -> Nullable<Text>,
    }
}

diesel::table! {
    /// Places that devices are in.
    locations (id) {
        id -> Text,
        name -> Text,
        parent -> Nullable<Text>,
        time_zone -> Nullable<Text>,
        created_at -> Timestamp,
        revision -> BigInt,
    }
}

diesel::table! {
    /// Profiles. The models are JSON.
    profiles (id) {
        id -> Text,
        name -> Text,
        rank -> BigInt,
        models -> Text,
        query -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        revision -> BigInt,
    }
}

diesel::table! {
    /// How the versions of profiles came to be; their wishes are layers.
    profile_versions (profile_id, version) {
        profile_id -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        created_by -> Text,
        put_back -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// Which devices are assigned to which profile.
    profile_devices (profile_id, mac) {
        profile_id -> Text,
        mac -> Text,
    }
}

diesel::table! {
    /// Variables for templates; the value is JSON, or sealed text.
    variables (scope, name) {
        scope -> Text,
        name -> Text,
        value -> Text,
        sealed -> Bool,
        location_id -> Nullable<Text>,
        group_id -> Nullable<Text>,
        mac -> Nullable<Text>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    /// Settings that are not as wished: since when and why.
    drift_items (mac, path) {
        mac -> Text,
        path -> Text,
        found_at -> Timestamp,
        cause -> Text,
        repair_job -> Nullable<Text>,
    }
}

diesel::table! {
    /// What is done about drift when nobody is asked.
    repair_policies (scope) {
        scope -> Text,
        rules -> Text,
        location_id -> Nullable<Text>,
        group_id -> Nullable<Text>,
        profile_id -> Nullable<Text>,
        mac -> Nullable<Text>,
        updated_at -> Timestamp,
        updated_by -> Text,
    }
}

diesel::table! {
    /// Devices that are expected and were not adopted yet.
    expected_devices (mac) {
        mac -> Text,
        name -> Nullable<Text>,
        names_device -> Bool,
        address -> Nullable<Text>,
        tags -> Text,
        location_id -> Nullable<Text>,
        group_id -> Nullable<Text>,
        profile_id -> Nullable<Text>,
        created_at -> Timestamp,
        created_by -> Text,
    }
}

diesel::table! {
    /// Settings that are let be until a date.
    drift_waivers (id) {
        id -> Text,
        mac -> Text,
        path -> Text,
        until -> Timestamp,
        reason -> Text,
        created_at -> Timestamp,
        created_by -> Text,
    }
}

diesel::table! {
    /// Who is in which group.
    group_members (group_id, mac) {
        group_id -> Text,
        mac -> Text,
    }
}

diesel::table! {
    /// Layers of wishes, one per scope.
    layers (id) {
        id -> Text,
        scope -> Text,
        group_id -> Nullable<Text>,
        mac -> Nullable<Text>,
        revision -> BigInt,
        updated_at -> Timestamp,
        location_id -> Nullable<Text>,
        profile_id -> Nullable<Text>,
        profile_version -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// Wishes of a layer; the value is JSON, or sealed text.
    layer_settings (layer_id, selector) {
        layer_id -> Text,
        selector -> Text,
        value -> Text,
        sealed -> Bool,
    }
}

diesel::table! {
    /// Configuration history; `kept` and `raw` are sealed.
    snapshots (id) {
        id -> Text,
        mac -> Text,
        taken_at -> Timestamp,
        cause -> Text,
        fingerprint -> Text,
        components -> Text,
        settings -> Text,
        kept -> Text,
        raw -> Text,
    }
}

diesel::table! {
    /// Jobs.
    jobs (id) {
        id -> Text,
        created_at -> Timestamp,
        created_by -> Text,
        expires_at -> Timestamp,
        scope -> Text,
        state -> Text,
        changes -> BigInt,
        finished_at -> Nullable<Timestamp>,
        revision -> BigInt,
        kind -> Text,
        source -> Nullable<Text>,
        options -> Text,
        reason -> Nullable<Text>,
        approved_by -> Nullable<Text>,
        started_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// One device in a job.
    job_units (job_id, mac) {
        job_id -> Text,
        mac -> Text,
        position -> BigInt,
        state -> Text,
        plan -> Nullable<Text>,
        report -> Nullable<Text>,
        reason -> Nullable<Text>,
        attempts -> BigInt,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        ring -> BigInt,
        preview -> Text,
        rollback -> Nullable<Text>,
        queued_until -> Nullable<Timestamp>,
        woken_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// How far the units have come.
    job_journal (id) {
        id -> BigInt,
        job_id -> Text,
        mac -> Text,
        step -> Nullable<BigInt>,
        phase -> Text,
        detail -> Nullable<Text>,
        at -> Timestamp,
    }
}

diesel::table! {
    /// API tokens by hash.
    tokens (id) {
        id -> Text,
        name -> Text,
        hash -> Text,
        permission -> Text,
        created_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
        expires_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    /// The code of the first sign-in by hash.
    sign_in_codes (hash) {
        hash -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    /// Found devices.
    sightings (mac) {
        mac -> Text,
        identity -> Text,
        endpoint -> Text,
        source -> Text,
        first_seen_at -> Timestamp,
        last_seen_at -> Timestamp,
        state -> Text,
        note -> Nullable<Text>,
        sources -> Text,
    }
}

diesel::table! {
    /// Scans of the network.
    scans (id) {
        id -> Text,
        targets -> Text,
        state -> Text,
        total -> BigInt,
        probed -> BigInt,
        found -> BigInt,
        adopted -> BigInt,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    /// What happened.
    events (seq) {
        seq -> BigInt,
        at -> Timestamp,
        actor -> Text,
        mac -> Nullable<Text>,
        kind -> Text,
        event -> Text,
    }
}

diesel::table! {
    /// Keyed digests of secrets that a device is proven to have.
    setting_proofs (mac, path) {
        mac -> Text,
        path -> Text,
        digest -> Text,
        proven_at -> Timestamp,
    }
}

diesel::table! {
    /// How rules of good order count.
    rule_policies (rule) {
        rule -> Text,
        is_off -> Bool,
        severity -> Nullable<Text>,
    }
}

diesel::table! {
    /// Rules that people made.
    own_rules (id) {
        id -> Text,
        title -> Text,
        severity -> Text,
        why -> Text,
        expression -> Text,
        group_id -> Nullable<Text>,
        created_at -> Timestamp,
        created_by -> Text,
        revision -> BigInt,
    }
}

diesel::table! {
    /// Findings that are let pass.
    rule_waivers (id) {
        id -> Text,
        rule -> Text,
        mac -> Nullable<Text>,
        until -> Nullable<Timestamp>,
        reason -> Text,
        created_at -> Timestamp,
        created_by -> Text,
    }
}

diesel::table! {
    /// Devices whose place another one took; beside the devices, for those have as many columns as a table can have.
    retired_devices (mac) {
        mac -> Text,
        retired_at -> Timestamp,
    }
}

diesel::table! {
    /// Devices in the place of others, and what both had before.
    replacements (job_id) {
        job_id -> Text,
        former -> Text,
        former_name -> Text,
        former_model -> Text,
        successor -> Text,
        replaced_at -> Timestamp,
        undone_at -> Nullable<Timestamp>,
        kept -> Text,
    }
}

diesel::table! {
    /// Work that one manager of several does.
    upkeep (name) {
        name -> Text,
        owner -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        began_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        removed -> Text,
    }
}

diesel::joinable!(job_units -> jobs (job_id));

diesel::allow_tables_to_appear_in_same_query!(
    devices,
    device_contacts,
    device_status,
    device_secrets,
    device_tags,
    device_components,
    device_settings,
    retired_devices,
    credentials,
    device_groups,
    group_members,
    layers,
    layer_settings,
    locations,
    profiles,
    profile_devices,
    jobs,
    job_units,
    agents,
    agent_codes,
    agent_tasks,
    drift_items,
    password_changes,
    placements,
    provisionings,
    replacements,
    sightings,
    expected_devices,
);
