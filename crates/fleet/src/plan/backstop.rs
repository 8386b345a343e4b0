/// A reactive scaler that stands above the floor: a host's own, or an engine's. It needs no forecast, so that it is there when
/// nobody plans; where somebody does, it adds what the plan did not see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backstop {
    /// Utilisation that it steers to.
    pub target: f64,
    /// Minutes for which it keeps what was needed.
    pub stays: u32,
}

impl Backstop {
    /// A host's where no plan stands: there is nothing else, and it keeps some room.
    pub const ALONE: Self = Self { target: 0.9, stays: 5 };
    /// A host's above a floor: it adds where load would be turned away. Earlier, it would decide and the plan would not.
    pub const ABOVE_A_FLOOR: Self = Self { target: 1.0, ..Self::ALONE };

    /// How many instances it wants for a load in instances' worth.
    pub fn need(&self, load: f64) -> u32 {
        (load / self.target).ceil() as u32
    }
}
