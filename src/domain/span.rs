//! A half-open span of time.

use super::event::Millis;

/// From one moment to another, that one left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its first millisecond.
    pub from: Millis,
    /// The first after it.
    pub to: Millis,
}

impl Span {
    /// How long it is.
    #[must_use]
    pub fn length_ms(self) -> Millis {
        self.to - self.from
    }

    /// How much of it two spans share.
    #[must_use]
    pub fn overlap_ms(self, other: Self) -> Millis {
        (self.to.min(other.to) - self.from.max(other.from)).max(0)
    }

    /// What two spans share, if anything.
    #[must_use]
    pub fn shared(self, other: Self) -> Self {
        let from = self.from.max(other.from);
        Self { from, to: self.to.min(other.to).max(from) }
    }
}

/// How much of each frame some spans cover. The frames end together at `to` and begin at `starts`, latest first; the spans
/// come latest first too, and none overlaps another. Each span is looked at once, however many frames there are.
#[must_use]
pub fn covered_ms(spans: impl Iterator<Item = Span>, starts: &[Millis], to: Millis) -> Vec<Millis> {
    let mut covered = vec![0; starts.len()];
    // The shortest frame that begins no later than the span, and how much the frames from it on have had.
    let (mut frame, mut before) = (0, 0);
    for span in spans.map(|span| Span { to: span.to.min(to), ..span }).filter(|span| span.from < span.to) {
        while let Some(start) = starts.get(frame).filter(|start| **start > span.from) {
            covered[frame] = before + (span.to - start).max(0);
            frame += 1;
        }
        if frame == starts.len() {
            break;
        }
        before += span.length_ms();
    }
    covered[frame..].fill(before);
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_frame_is_covered_as_if_it_were_the_only_one() {
        let of = |from, to| Span { from, to };
        let spans = [of(90, 130), of(70, 90), of(40, 41), of(10, 35), of(-5, 8)];
        let starts = [100, 95, 95, 80, 40, 36, 20, 0, -100];
        for to in [7, 30, 100, 110, 1_000] {
            let alone = |start: &Millis| spans.iter().map(|span| span.overlap_ms(of(*start, to))).sum::<Millis>();
            let expected: Vec<Millis> = starts.iter().map(alone).collect();
            assert_eq!(covered_ms(spans.into_iter(), &starts, to), expected, "up to {to}");
        }
        assert_eq!(covered_ms(std::iter::empty(), &starts, 50), [0; 9]);
    }
}
