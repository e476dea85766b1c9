//! Points, rectangles and the curves that messages travel along.

/// A place on the stage, in pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

/// Room on the stage, in pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Rect {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
    /// How wide.
    pub w: f32,
    /// How high.
    pub h: f32,
}

impl Rect {
    /// Its middle.
    pub fn middle(&self) -> Point {
        Point { x: self.x + self.w / 2.0, y: self.y + self.h / 2.0 }
    }
}

/// A line between two things: straight out of the one, straight into the other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Curve {
    /// Where it begins.
    pub from: Point,
    /// Where it ends.
    pub to: Point,
    /// It leaves downwards, not to the right.
    pub down: bool,
}

impl Curve {
    /// The two points that bend it.
    fn bends(&self) -> (Point, Point) {
        let Curve { from, to, down } = *self;
        if down {
            let half = (to.y - from.y) / 2.0;
            (Point { x: from.x, y: from.y + half }, Point { x: to.x, y: to.y - half })
        } else {
            let half = (to.x - from.x) / 2.0;
            (Point { x: from.x + half, y: from.y }, Point { x: to.x - half, y: to.y })
        }
    }

    /// The place after a part of the way: 0 is the beginning, 1 the end.
    pub fn at(&self, part: f32) -> Point {
        let t = part.clamp(0.0, 1.0);
        let (first, second) = self.bends();
        let mix = |a: f32, b: f32, c: f32, d: f32| {
            let s = 1.0 - t;
            s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d
        };
        Point {
            x: mix(self.from.x, first.x, second.x, self.to.x),
            y: mix(self.from.y, first.y, second.y, self.to.y),
        }
    }

    /// The same as a path of SVG.
    pub fn path(&self) -> String {
        let (a, b) = self.bends();
        let Curve { from, to, .. } = self;
        format!(
            "M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}",
            from.x, from.y, a.x, a.y, b.x, b.y, to.x, to.y
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACROSS: Curve =
        Curve { from: Point { x: 0.0, y: 10.0 }, to: Point { x: 100.0, y: 30.0 }, down: false };

    #[test]
    fn a_curve_goes_from_its_beginning_to_its_end() {
        assert_eq!(ACROSS.at(0.0), ACROSS.from);
        assert_eq!(ACROSS.at(1.0), ACROSS.to);
        assert_eq!(ACROSS.at(0.5), Point { x: 50.0, y: 20.0 });
        assert_eq!(ACROSS.at(7.0), ACROSS.to, "nothing flies past its end");
    }

    #[test]
    fn it_leaves_and_arrives_straight() {
        assert_eq!(ACROSS.path(), "M0.0 10.0C50.0 10.0 50.0 30.0 100.0 30.0");
        let down = Curve { down: true, ..ACROSS };
        assert_eq!(down.path(), "M0.0 10.0C0.0 20.0 100.0 20.0 100.0 30.0");
    }
}
