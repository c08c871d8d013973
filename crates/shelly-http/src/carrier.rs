//! Somebody who carries exchanges to devices that this machine does not reach.

use std::{fmt, pin::Pin, sync::Arc};

use crate::{Endpoint, Error, Limits, Request, Response};

/// An exchange on its way.
pub type Carried<'a> = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send + 'a>>;

/// Carries exchanges to devices in its own way.
pub trait Carry: Send + Sync {
    /// Carries one exchange to `endpoint`, which is meant as the carrier reaches it, within `limits`.
    fn carry<'a>(&'a self, endpoint: &'a Endpoint, request: &'a Request<'a>, limits: &'a Limits) -> Carried<'a>;
}

/// Somebody who carries exchanges. Clones are the same one.
#[derive(Clone)]
pub struct Carrier(Arc<dyn Carry>);

impl Carrier {
    /// Who carries in this way.
    pub fn new(carry: impl Carry + 'static) -> Self {
        Self(Arc::new(carry))
    }

    pub(crate) fn carry<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        request: &'a Request<'a>,
        limits: &'a Limits,
    ) -> Carried<'a> {
        self.0.carry(endpoint, request, limits)
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carrier")
    }
}

impl PartialEq for Carrier {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Carrier {}
