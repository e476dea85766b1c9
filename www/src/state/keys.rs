//! Keys of the whole page; fields and lists have their own.

use super::{Direction, NORMAL, Order, SPEEDS, Sheet, State, View};
use crate::run::Stride;

/// What a key orders, pressed outside of fields. `command` is the control or command key.
///
/// On a button or a link, space and enter are its own, and are not asked for here.
pub fn order_of(key: &str, command: bool, state: &State) -> Option<Order> {
    if command {
        return (key.eq_ignore_ascii_case("k")).then_some(Order::Sheet(Some(Sheet::Palette)));
    }
    let faster = (state.speed + 1).min(SPEEDS.len() - 1);
    Some(match key {
        "Escape" if state.sheet.is_some() => Order::Sheet(None),
        _ if state.sheet.is_some() => return None,
        "Escape" if state.drawer => Order::Drawer,
        "Escape" => Order::Select(None),
        " " => Order::Toggle,
        "." => Order::On(Stride::Record),
        "," => Order::Back(Stride::Record),
        "n" => Order::On(Stride::Message),
        "N" => Order::Back(Stride::Message),
        "!" => Order::On(Stride::Trouble),
        "?" => Order::Sheet(Some(Sheet::Help)),
        "/" => Order::Sheet(Some(Sheet::Palette)),
        "s" => Order::Sheet(Some(Sheet::Scenarios)),
        "l" => Order::Sheet(Some(Sheet::Share)),
        "]" => Order::Caption(true),
        "[" => Order::Caption(false),
        "+" | "=" => Order::Speed(faster),
        "-" => Order::Speed(state.speed.saturating_sub(1)),
        "0" => Order::Speed(NORMAL),
        "r" => Order::Restart,
        "e" => Order::Newest,
        "t" => Order::Theme,
        "c" => Order::Drawer,
        digit => return view_of(digit).map(Order::Show),
    })
}

fn view_of(digit: &str) -> Option<View> {
    let place = digit.parse::<usize>().ok()?.checked_sub(1)?;
    View::ALL.get(place).copied()
}

/// Where an arrow key points.
pub fn direction_of(key: &str) -> Option<Direction> {
    Some(match key {
        "ArrowUp" => Direction::Up,
        "ArrowDown" => Direction::Down,
        "ArrowLeft" => Direction::Left,
        "ArrowRight" => Direction::Right,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_the_playground_do_what_its_page_says() {
        let state = State::default();
        let order = |key| order_of(key, false, &state);
        assert_eq!(order(" "), Some(Order::Toggle));
        assert_eq!(order("."), Some(Order::On(Stride::Record)));
        assert_eq!(order(","), Some(Order::Back(Stride::Record)));
        assert_eq!(order("n"), Some(Order::On(Stride::Message)));
        assert_eq!(order("!"), Some(Order::On(Stride::Trouble)));
        assert_eq!(order("?"), Some(Order::Sheet(Some(Sheet::Help))));
        assert_eq!(order("3"), Some(Order::Show(View::Matrix)));
        assert_eq!((order("0"), order("9"), order("x")), (Some(Order::Speed(NORMAL)), None, None));
        assert_eq!(order_of("k", true, &state), Some(Order::Sheet(Some(Sheet::Palette))));
    }

    #[test]
    fn an_open_sheet_has_the_keys_to_itself() {
        let state = State { sheet: Some(Sheet::Help), ..State::default() };
        assert_eq!(order_of(" ", false, &state), None);
        assert_eq!(order_of("Escape", false, &state), Some(Order::Sheet(None)));
    }

    #[test]
    fn escape_lets_go_of_the_nearest_thing() {
        let open = State { drawer: true, ..State::default() };
        assert_eq!(order_of("Escape", false, &open), Some(Order::Drawer));
        assert_eq!(order_of("Escape", false, &State::default()), Some(Order::Select(None)));
    }
}
