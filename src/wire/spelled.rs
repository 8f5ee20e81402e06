//! Fields of messages, each spelled once for both directions.
//!
//! [`Field`] is a value and how a message spells it. `rows!` makes both directions of a whole
//! message from one row a field. Does not know rules: where one goes with a field, a module of
//! [`rules`](super::rules) stands in.

use bytes::Bytes;
use prost_types::Timestamp as WireTime;

use super::decimals::MinorOnly;
use super::fields::{Checked, Fields, REQUIRED_RULE};
use super::personal::{spell, spell_matched};
use super::proto::values as wire;
use super::values::{self, FROM_ONE_RULE};
use crate::domain::{
    AdjustmentId, Arbiter, Assessment, BonusId, CampaignId, CampaignPlan, ClaimRejection,
    CollaborationId, CostId, Counters, CreatorId, Definition, DeliverableId, DisputeId,
    DisputeSubject, EmvModel, FlagId, FxRate, HoldId, LegalHoldId, LinkTouch, Matched, Money,
    Numbered, OrderSource, PaymentId, PersonalText, PlatformName, Position, ProductValue,
    PublicationId, Rate, Reference, RefundId, RefundRejection, ShipmentId, TaxId, Terms, Timestamp,
    UnattributedReason, Word, ZoneName,
};

/// A value and how a message spells it.
pub trait Field<W>: Sized {
    /// Reads the current field.
    ///
    /// # Errors
    /// When the field breaks a rule, which is then noted.
    fn read(fields: &mut Fields, wire: W) -> Checked<Self>;

    /// Writes the field.
    fn write(&self) -> W;
}

/// The rule of a row that states none: the value spells itself.
pub mod plain {
    use super::{Checked, Field, Fields};

    /// Reads the current field.
    pub fn read<T: Field<W>, W>(fields: &mut Fields, wire: W) -> Checked<T> {
        T::read(fields, wire)
    }

    /// Writes the field.
    pub fn write<T: Field<W>, W>(value: &T) -> W {
        value.write()
    }
}

/// Makes one direction of a message from its rows: `read` gives the value, `pattern` takes it apart,
/// and `message` is what it is written as.
///
/// A row is `field` or `field = field_of_the_message`, with `: rule` behind where a module has the
/// rule. Fields that the message has flat are a group: `field: Type { rows }`. A field forgotten on
/// either side does not compile: value and message are both made by a literal, from all rows.
macro_rules! rows {
    ($to:ident $given:tt $value:tt { $($rows:tt)* }) => {
        $crate::wire::spelled::rows!(@ [$to $given $value []] [] [] [] $($rows)*)
    };
    ($to:ident $given:tt $value:tt ($payload:ident { $($rows:tt)* })) => {
        $crate::wire::spelled::rows!(@ [$to $given $value [$payload]] [] [] [] $($rows)*)
    };
    // A group begins: what is around it waits.
    (@ $to:tt $wire:tt $shape:tt $around:tt
        $field:ident: $group:ident { $($inner:tt)* }, $($rest:tt)*) => {
        $crate::wire::spelled::rows!(
            @ $to $wire [] [$shape $field $group $around { $($rest)* }] $($inner)*)
    };
    (@ $to:tt [$($wire:tt)*] [$($shape:tt)*] $around:tt
        $field:ident = $name:ident: $rule:ident, $($rest:tt)*) => {
        $crate::wire::spelled::rows!(
            @ $to [$($wire)* { $name [$rule] }] [$($shape)* $field: $name,] $around $($rest)*)
    };
    (@ $to:tt [$($wire:tt)*] [$($shape:tt)*] $around:tt
        $field:ident = $name:ident, $($rest:tt)*) => {
        $crate::wire::spelled::rows!(
            @ $to [$($wire)* { $name [$crate::wire::spelled::plain] }]
            [$($shape)* $field: $name,] $around $($rest)*)
    };
    (@ $to:tt [$($wire:tt)*] [$($shape:tt)*] $around:tt
        $name:ident: $rule:ident, $($rest:tt)*) => {
        $crate::wire::spelled::rows!(
            @ $to [$($wire)* { $name [$rule] }] [$($shape)* $name,] $around $($rest)*)
    };
    (@ $to:tt [$($wire:tt)*] [$($shape:tt)*] $around:tt $name:ident, $($rest:tt)*) => {
        $crate::wire::spelled::rows!(
            @ $to [$($wire)* { $name [$crate::wire::spelled::plain] }]
            [$($shape)* $name,] $around $($rest)*)
    };
    // A group ends.
    (@ $to:tt $wire:tt [$($shape:tt)*]
        [[$($before:tt)*] $field:ident $group:ident $around:tt { $($rest:tt)* }]) => {
        $crate::wire::spelled::rows!(
            @ $to $wire [$($before)* $field: $group { $($shape)* },] $around $($rest)*)
    };
    // All rows are taken.
    (@ [$to:ident $given:tt [$($value:tt)*] []] $wire:tt [$($shape:tt)*] []) => {
        $crate::wire::spelled::rows!(= $to $given [$($value)* { $($shape)* }] $wire)
    };
    (@ [$to:ident $given:tt [$($value:tt)*] [$payload:ident]] $wire:tt [$($shape:tt)*] []) => {
        $crate::wire::spelled::rows!(= $to $given [$($value)*($payload { $($shape)* })] $wire)
    };
    (= read [$fields:ident $message:ident] [$($value:tt)*] [$({ $name:ident [$($rule:tt)*] })*]) => {{
        $(
            let $name = $fields.within(
                const { $crate::wire::spelled::path_of(stringify!($name)) },
                |fields| $($rule)*::read(fields, $message.$name),
            );
        )*
        $( let $name = $name?; )*
        Ok($($value)*)
    }};
    (= pattern [] [$($value:tt)*] $wire:tt) => { $($value)* };
    (= message [$($message:tt)*] $value:tt [$({ $name:ident [$($rule:tt)*] })*]) => {
        $($message)* { $( $name: $($rule)*::write($name), )* }
    };
}

/// Spells values as messages of their own: `Type => message { rows }`.
macro_rules! spelled {
    ($($type:ident => $home:ident::$message:ident { $($rows:tt)* })+) => {$(
        impl $crate::wire::spelled::Field<$home::$message> for $type {
            fn read(fields: &mut $crate::wire::fields::Fields, message: $home::$message) -> $crate::wire::fields::Checked<Self> {
                $crate::wire::spelled::rows!(read [fields message] [$type] { $($rows)* })
            }

            fn write(&self) -> $home::$message {
                let $crate::wire::spelled::rows!(pattern [] [$type] { $($rows)* }) = self;
                $crate::wire::spelled::rows!(
                    message [$home::$message] [] { $($rows)* })
            }
        }

        impl From<&$type> for $home::$message {
            fn from(value: &$type) -> Self {
                $crate::wire::spelled::Field::write(value)
            }
        }
    )+};
}

/// Spells values that messages hold as messages: they must be given, or may be absent.
macro_rules! given {
    ($($type:ty: $message:ty = ($read:path, $write:expr);)+) => {$(
        impl $crate::wire::spelled::Field<Option<$message>> for $type {
            fn read(fields: &mut $crate::wire::fields::Fields, message: Option<$message>) -> $crate::wire::fields::Checked<Self> {
                $crate::wire::spelled::required(fields, message, $read)
            }

            fn write(&self) -> Option<$message> {
                Some(($write)(self))
            }
        }

        impl $crate::wire::spelled::Field<Option<$message>> for Option<$type> {
            fn read(fields: &mut $crate::wire::fields::Fields, message: Option<$message>) -> $crate::wire::fields::Checked<Self> {
                message.map(|message| $read(fields, message)).transpose()
            }

            fn write(&self) -> Option<$message> {
                self.as_ref().map($write)
            }
        }
    )+};
}

pub(crate) use {given, rows, spelled};

/// Returns the name of a field in paths of violations: keywords lose their mark.
pub const fn path_of(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// Reads the current field, which must be given.
pub fn required<T, M>(
    fields: &mut Fields,
    message: Option<M>,
    read: impl FnOnce(&mut Fields, M) -> Checked<T>,
) -> Checked<T> {
    match message {
        Some(message) => read(fields, message),
        None => Err(fields.refuse_here(REQUIRED_RULE)),
    }
}

/// Spells values that read themselves from text; empty text means absent.
macro_rules! texts {
    ($($type:ident),+ $(,)?) => {$(
        impl Field<String> for $type {
            fn read(fields: &mut Fields, text: String) -> Checked<Self> {
                Self::parse(&text).map_err(|rule| fields.refuse_here(rule))
            }

            fn write(&self) -> String {
                self.as_str().to_owned()
            }
        }

        impl Field<String> for Option<$type> {
            fn read(fields: &mut Fields, text: String) -> Checked<Self> {
                if text.is_empty() {
                    return Ok(None);
                }
                Field::read(fields, text).map(Some)
            }

            fn write(&self) -> String {
                self.as_ref().map(Field::write).unwrap_or_default()
            }
        }
    )+};
}

texts![
    AdjustmentId,
    BonusId,
    CampaignId,
    CollaborationId,
    CostId,
    CreatorId,
    Definition,
    DeliverableId,
    DisputeId,
    FlagId,
    HoldId,
    LegalHoldId,
    OrderSource,
    PaymentId,
    PlatformName,
    PublicationId,
    Rate,
    Reference,
    RefundId,
    ShipmentId,
    TaxId,
    ZoneName,
];

/// Spells values that messages hold as they are.
macro_rules! as_they_are {
    ($($type:ty),+ $(,)?) => {$(
        impl Field<$type> for $type {
            fn read(_: &mut Fields, value: $type) -> Checked<Self> {
                Ok(value)
            }

            fn write(&self) -> $type {
                self.clone()
            }
        }
    )+};
}

as_they_are![String, bool, i64, u32, u64, Option<i64>, Option<u64>];

impl<T: Numbered> Field<i32> for T {
    fn read(fields: &mut Fields, number: i32) -> Checked<Self> {
        fields.one_of_here(number)
    }

    fn write(&self) -> i32 {
        self.number()
    }
}

/// A word that may be absent, which is spelled as 0.
impl<T: Numbered> Field<i32> for Option<T> {
    fn read(fields: &mut Fields, number: i32) -> Checked<Self> {
        match number {
            0 => Ok(None),
            number => fields.one_of_here(number).map(Some),
        }
    }

    fn write(&self) -> i32 {
        self.map_or(0, T::number)
    }
}

/// Reads the current field as the name of a word.
fn read_name<T: Word>(fields: &mut Fields, name: &str) -> Checked<T> {
    T::from_name(name).ok_or_else(|| {
        let names: Vec<_> = T::ALL.iter().map(|word| word.name()).collect();
        fields.refuse_here(format!("must be one of {}", names.join(", ")))
    })
}

impl Field<String> for RefundRejection {
    fn read(fields: &mut Fields, name: String) -> Checked<Self> {
        read_name(fields, &name)
    }

    fn write(&self) -> String {
        self.name().to_owned()
    }
}

impl Field<String> for ClaimRejection {
    fn read(fields: &mut Fields, name: String) -> Checked<Self> {
        read_name(fields, &name)
    }

    fn write(&self) -> String {
        self.name().to_owned()
    }
}

impl Field<wire::LinkTouch> for LinkTouch {
    fn read(fields: &mut Fields, message: wire::LinkTouch) -> Checked<Self> {
        values::read_touch(fields, message)
    }

    fn write(&self) -> wire::LinkTouch {
        wire::LinkTouch::from(self)
    }
}

impl Field<String> for Option<UnattributedReason> {
    fn read(fields: &mut Fields, name: String) -> Checked<Self> {
        match name.as_str() {
            "" => Ok(None),
            name => read_name(fields, name).map(Some),
        }
    }

    fn write(&self) -> String {
        self.map_or("", UnattributedReason::name).to_owned()
    }
}

impl Field<String> for Matched {
    fn read(fields: &mut Fields, text: String) -> Checked<Self> {
        Ok(fields.matched(text))
    }

    fn write(&self) -> String {
        spell_matched(self)
    }
}

impl Field<String> for Option<Matched> {
    fn read(fields: &mut Fields, text: String) -> Checked<Self> {
        Ok(fields.matched_if_any(text))
    }

    fn write(&self) -> String {
        self.as_ref().map(spell_matched).unwrap_or_default()
    }
}

impl<T: Field<W>, W> Field<Vec<W>> for Vec<T> {
    fn read(fields: &mut Fields, messages: Vec<W>) -> Checked<Self> {
        fields.each_here(messages, T::read)
    }

    fn write(&self) -> Vec<W> {
        self.iter().map(T::write).collect()
    }
}

impl<const N: usize> Field<Bytes> for [u8; N] {
    fn read(fields: &mut Fields, bytes: Bytes) -> Checked<Self> {
        fields.bytes_here(&bytes)
    }

    fn write(&self) -> Bytes {
        Bytes::copy_from_slice(self)
    }
}

impl Field<String> for PersonalText {
    fn read(fields: &mut Fields, text: String) -> Checked<Self> {
        Ok(fields.personal(text))
    }

    fn write(&self) -> String {
        spell(self)
    }
}

impl Field<u64> for Position {
    fn read(fields: &mut Fields, number: u64) -> Checked<Self> {
        fields.check_here(number > 0, FROM_ONE_RULE);
        Ok(Self::new(number))
    }

    fn write(&self) -> u64 {
        self.get()
    }
}

given! {
    Timestamp: WireTime = (values::read_time, |at: &Timestamp| WireTime::from(*at));
    Money: wire::Money =
        (values::read_money, |amount: &Money| wire::Money::from(*amount).minor_only());
    FxRate: wire::FxRate = (values::read_fx_rate, wire::FxRate::from);
    ProductValue: wire::ProductValue =
        (values::read_product_value, |value: &ProductValue| {
            wire::ProductValue::from(*value).minor_only()
        });
    CampaignPlan: wire::CampaignPlan = (super::plan::read_plan, |plan: &CampaignPlan| {
        wire::CampaignPlan::from(plan).minor_only()
    });
    EmvModel: wire::EmvModel = (super::emv::read_emv_model, |model: &EmvModel| {
        wire::EmvModel::from(model).minor_only()
    });
    Terms: wire::Terms = (super::terms::read_terms, |terms: &Terms| {
        wire::Terms::from(terms).minor_only()
    });
    Assessment: wire::Assessment = (super::selection::read_assessment, wire::Assessment::from);
    Counters: wire::Counters = (super::observation::read_counters, wire::Counters::from);
    DisputeSubject: wire::DisputeSubject =
        (super::dispute::read_subject, wire::DisputeSubject::from);
    Arbiter: wire::Arbiter = (super::dispute::read_arbiter, wire::Arbiter::from);
}
