//! What can be switched: relays, rollers, lights, the login, a restart.

use shelly_types::Credentials;

use crate::{
    Client, Error,
    settings::{self, Mode},
    status,
};

/// Which way to switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// On.
    On,
    /// Off.
    Off,
    /// The other way.
    Toggle,
}

impl Turn {
    /// The device's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Toggle => "toggle",
        }
    }
}

impl Turn {
    pub(crate) fn named(word: &str) -> Option<Self> {
        [Self::On, Self::Off, Self::Toggle].into_iter().find(|turn| turn.as_str() == word)
    }
}

/// Dims step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dim {
    /// Brighter.
    Up,
    /// Darker.
    Down,
    /// Stays where it is.
    Stop,
}

impl Dim {
    /// The device's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Stop => "stop",
        }
    }

    pub(crate) fn named(word: &str) -> Option<Self> {
        [Self::Up, Self::Down, Self::Stop].into_iter().find(|dim| dim.as_str() == word)
    }
}

/// Switches a relay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RelayCommand {
    /// Which way.
    pub turn: Turn,
    /// Seconds until it switches back.
    pub timer: Option<f64>,
}

impl From<Turn> for RelayCommand {
    fn from(turn: Turn) -> Self {
        Self { turn, timer: None }
    }
}

/// Moves a roller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RollerCommand {
    /// Opens, for some seconds or to the end.
    Open {
        /// Seconds.
        duration: Option<f64>,
    },
    /// Closes, for some seconds or to the end.
    Close {
        /// Seconds.
        duration: Option<f64>,
    },
    /// Stops.
    Stop,
    /// Goes to a position, 0 (closed) to 100. An uncalibrated roller refuses.
    Position(u8),
    /// Finds its end positions.
    Calibrate,
}

/// Changes a light; what is none stays. Which of them a light understands depends on model and mode.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LightCommand {
    /// Which way.
    pub turn: Option<Turn>,
    /// Seconds until it switches back.
    pub timer: Option<f64>,
    /// Fade time, 0 to 5000 ms.
    pub transition: Option<u32>,
    /// Brightness, %.
    pub brightness: Option<u8>,
    /// Colour temperature, K.
    pub temp: Option<u16>,
    /// White or colour.
    pub mode: Option<Mode>,
    /// Red, green and blue, 0 to 255 each.
    pub rgb: Option<[u8; 3]>,
    /// White channel, 0 to 255; share of cold white, %, on a Duo.
    pub white: Option<u8>,
    /// Brightness of the colours, %.
    pub gain: Option<u8>,
    /// Moving effect, 0 for none.
    pub effect: Option<u8>,
    /// Dims step by step.
    pub dim: Option<Dim>,
    /// Size of a step, 1 to 100.
    pub step: Option<u8>,
}

impl LightCommand {
    pub(crate) fn params(&self) -> Vec<(&'static str, String)> {
        let mut params = Vec::new();
        let mut add = |name, value: Option<String>| params.extend(value.map(|value| (name, value)));
        add("turn", self.turn.map(|turn| turn.as_str().to_owned()));
        add("timer", self.timer.map(|seconds| seconds.to_string()));
        add("transition", self.transition.map(|milliseconds| milliseconds.to_string()));
        add("brightness", self.brightness.map(|percent| percent.to_string()));
        add("temp", self.temp.map(|kelvin| kelvin.to_string()));
        add("mode", self.mode.as_ref().map(|mode| mode.as_str().to_owned()));
        add("red", self.rgb.map(|[red, _, _]| red.to_string()));
        add("green", self.rgb.map(|[_, green, _]| green.to_string()));
        add("blue", self.rgb.map(|[_, _, blue]| blue.to_string()));
        add("white", self.white.map(|white| white.to_string()));
        add("gain", self.gain.map(|percent| percent.to_string()));
        add("effect", self.effect.map(|effect| effect.to_string()));
        add("dim", self.dim.map(|dim| dim.as_str().to_owned()));
        add("step", self.step.map(|percent| percent.to_string()));
        params
    }
}

/// Changes the HTTP login, effective with the next request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// Asks for these credentials from now on.
    Set(Credentials),
    /// Asks for none.
    Clear,
    /// Asks for none, and notes that the owner wants it so.
    Unprotected,
}

impl Client {
    /// Switches relay `id`.
    pub async fn relay(&self, id: u32, command: impl Into<RelayCommand>) -> Result<status::Relay, Error> {
        let command = command.into();
        let mut params = vec![("turn", command.turn.as_str().to_owned())];
        params.extend(command.timer.map(|seconds| ("timer", seconds.to_string())));
        self.write_object(&format!("/relay/{id}"), &params).await
    }

    /// Moves roller `id`.
    pub async fn roller(&self, id: u32, command: RollerCommand) -> Result<status::Roller, Error> {
        let (go, extra) = match command {
            RollerCommand::Open { duration } => ("open", duration.map(|seconds| ("duration", seconds.to_string()))),
            RollerCommand::Close { duration } => ("close", duration.map(|seconds| ("duration", seconds.to_string()))),
            RollerCommand::Stop => ("stop", None),
            RollerCommand::Calibrate => ("rc", None),
            RollerCommand::Position(position) => ("to_pos", Some(("roller_pos", position.to_string()))),
        };
        let mut params = vec![("go", go.to_owned())];
        params.extend(extra);
        self.write_object(&format!("/roller/{id}"), &params).await
    }

    /// Changes light `id` under `/light`, which every model with lights has.
    pub async fn light(&self, id: u32, command: &LightCommand) -> Result<status::Light, Error> {
        self.write_object(&format!("/light/{id}"), &command.params()).await
    }

    /// Changes coloured channel `id` under `/color` (colour mode).
    pub async fn color(&self, id: u32, command: &LightCommand) -> Result<status::Light, Error> {
        self.write_object(&format!("/color/{id}"), &command.params()).await
    }

    /// Changes white channel `id` under `/white` (white mode).
    pub async fn white(&self, id: u32, command: &LightCommand) -> Result<status::Light, Error> {
        self.write_object(&format!("/white/{id}"), &command.params()).await
    }

    /// Changes the login. This client keeps its own credentials; a new one is needed afterwards.
    pub async fn login(&self, login: &Login) -> Result<settings::Login, Error> {
        let params = match login {
            Login::Set(credentials) => vec![
                ("enabled", "1".to_owned()),
                ("username", credentials.user.clone()),
                ("password", credentials.expose_password().to_owned()),
            ],
            Login::Clear => vec![("enabled", "0".to_owned())],
            Login::Unprotected => vec![("enabled", "0".to_owned()), ("unprotected", "1".to_owned())],
        };
        self.write_object("/settings/login", &params).await
    }

    /// Restarts the device. Outputs fall to their power-on default.
    ///
    /// The device often restarts before it answered; that counts as success.
    pub async fn reboot(&self) -> Result<(), Error> {
        self.write_and_leave("/reboot", &[]).await
    }

    /// Sends what makes the device go away, often before it answered.
    pub(crate) async fn write_and_leave(&self, path: &str, params: &[(&str, String)]) -> Result<(), Error> {
        match self.write(path, params).await {
            Ok(_) => Ok(()),
            Err(Error::Http { source, .. }) if source.may_have_arrived() && source.is_unreachable() => Ok(()),
            Err(error) => Err(error),
        }
    }
}
