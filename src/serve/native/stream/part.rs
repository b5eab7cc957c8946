//! The parts of a view, what they are called, and which parameters each looks at.

use crate::serve::native::asked::FILTERS;
use crate::serve::native::parameters::Parameters;
use crate::serve::problem::Problem;
use crate::wire::words::Words;

/// A part of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::serve) enum Part {
    /// Rows as `GET …/metrics` has them.
    Metrics,
    /// The live state.
    Live,
    /// Rows as `GET …/agents` has them.
    Agents,
    /// Rows as `GET …/ratings` has them.
    Ratings,
}

/// What the parts are called.
pub(in crate::serve) const PARTS: &Words<Part> =
    &[("metrics", Part::Metrics), ("live", Part::Live), ("agents", Part::Agents), ("ratings", Part::Ratings)];

/// Where nothing else is asked for.
const USUAL: [Part; 2] = [Part::Metrics, Part::Live];

impl Part {
    /// Those that are asked for, each once, in their order.
    ///
    /// # Errors
    /// Where there is no such part.
    pub(super) fn read(parameters: &Parameters<'_>) -> Result<Vec<Self>, Problem> {
        let mut parts = parameters.words("parts", PARTS)?.unwrap_or_else(|| USUAL.to_vec());
        parts.sort_unstable();
        parts.dedup();
        Ok(parts)
    }

    /// Whether a parameter changes what is told of it.
    pub(super) fn looks_at(self, parameter: &str) -> bool {
        match self {
            Self::Metrics => parameter != "parts",
            Self::Live => false,
            Self::Agents => ["window", "skill", "agent", "metrics"].contains(&parameter),
            Self::Ratings => parameter == "window" || FILTERS.contains(&parameter),
        }
    }
}
