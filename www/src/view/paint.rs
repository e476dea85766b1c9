//! Canvases: as large as their elements, sharp on every screen, in the colours of the page.

use super::root;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};
use yew::NodeRef;

/// The colours that are drawn with, as the styles give them now.
#[derive(Clone, Debug, Default)]
pub(super) struct Colours {
    pub(super) paper: String,
    pub(super) hover: String,
    pub(super) line: String,
    pub(super) edge: String,
    pub(super) strong: String,
    pub(super) ink: String,
    pub(super) soft: String,
    pub(super) faint: String,
    pub(super) accent: String,
    pub(super) accent_edge: String,
    pub(super) accent_wash: String,
    pub(super) bad: String,
    pub(super) warn: String,
}

impl Colours {
    /// Asks the styles.
    pub(super) fn now() -> Colours {
        let style = root().zip(web_sys::window());
        let style = style.and_then(|(root, window)| window.get_computed_style(&root).ok()?);
        let get = |name: &str| {
            let value = style.as_ref().and_then(|style| style.get_property_value(name).ok());
            value.unwrap_or_default()
        };
        Colours {
            paper: get("--paper"),
            hover: get("--hover"),
            line: get("--line"),
            edge: get("--edge"),
            strong: get("--strong"),
            ink: get("--ink"),
            soft: get("--soft"),
            faint: get("--faint"),
            accent: get("--accent"),
            accent_edge: get("--accent-edge"),
            accent_wash: get("--accent-wash"),
            bad: get("--bad"),
            warn: get("--warn"),
        }
    }
}

/// A canvas that is ready to be drawn on, in pixels of the page.
pub(super) struct Canvas {
    pub(super) pen: CanvasRenderingContext2d,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Canvas {
    /// The canvas of an element, empty, as large as the element is.
    pub(super) fn of(element: &NodeRef) -> Option<Canvas> {
        let canvas = element.cast::<HtmlCanvasElement>()?;
        let (width, height) = (canvas.client_width(), canvas.client_height());
        if width == 0 || height == 0 {
            return None;
        }
        let scale = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
        let wanted = |size: i32| (f64::from(size) * scale).round() as u32;
        let size = (wanted(width), wanted(height));
        let pen = canvas.get_context("2d").ok()??;
        let pen: CanvasRenderingContext2d = pen.unchecked_into();
        if (canvas.width(), canvas.height()) == size {
            pen.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
        } else {
            // This empties it as well.
            canvas.set_width(size.0);
            canvas.set_height(size.1);
            _ = pen.scale(scale, scale);
        }
        Some(Canvas { pen, width: f64::from(width), height: f64::from(height) })
    }

    /// A filled shape with straight sides.
    pub(super) fn polygon(&self, points: &[(f64, f64)]) {
        self.pen.begin_path();
        for (place, (x, y)) in points.iter().enumerate() {
            if place == 0 { self.pen.move_to(*x, *y) } else { self.pen.line_to(*x, *y) }
        }
        self.pen.close_path();
        self.pen.fill();
    }

    /// A circle, to be filled or drawn around.
    pub(super) fn circle(&self, x: f64, y: f64, radius: f64) {
        self.pen.begin_path();
        _ = self.pen.arc(x, y, radius, 0.0, std::f64::consts::TAU);
    }
}
