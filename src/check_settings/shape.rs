//! The shape of the shop's data: what its application wrote otherwise than docs/database.md says. The jobs get by, row by
//! row; here all of it is named, by keys only, so that the application can be put right.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::Result;
use rusqlite::Connection;

use super::database::within;
use super::finding::Found;
use super::world::World;
use crate::books::rows::text_of;
use crate::jobs::Names;
use crate::layout::one_line;
use crate::problem::Problem;
use crate::text::{Text, check_settings as say};

/// How long a table may take. Whoever waits at the screen wants an answer.
const TABLE_MAX: Duration = Duration::from_secs(2);

/// How much of a key is shown: it is the shop's, and can be anything.
const KEY_SHOWN_MAX: usize = 40;

#[derive(Clone, Copy)]
enum Holds {
    Text,
    /// A text that says something.
    Code,
    Whole,
    Number,
    /// 0 or 1.
    Flag,
    Time,
    Day,
}

/// Rows that have a parent: the foreign key, the parent's table and key.
type Parent = (&'static str, &'static str, &'static str);

struct Table {
    name: &'static str,
    key: &'static str,
    /// What columns of these names hold.
    columns: &'static [(Holds, &'static str)],
    parent: Option<Parent>,
}

use Holds::{Code, Day, Flag, Number, Time, Whole};

const TABLES: [Table; 8] = [
    Table { name: "product_free_items", key: "number", columns: &[(Code, "name")], parent: None },
    Table {
        name: "payment_methods",
        key: "name",
        columns: &[(Code, "name"), (Flag, "is_card tempostar_ready"), (Day, "added_on")],
        parent: None,
    },
    Table {
        name: "products",
        key: "code",
        columns: &[
            (Code, "code"),
            (Holds::Text, "name"),
            (Whole, "price list_price cost taxable published max_quantity min_quantity low_stock_quantity"),
            (Number, "tax_rate weight"),
            (Time, "created_at updated_at"),
        ],
        parent: None,
    },
    Table {
        name: "skus",
        key: "code",
        columns: &[(Code, "code"), (Flag, "handled"), (Time, "created_at updated_at")],
        parent: Some(("product_code", "products", "code")),
    },
    Table {
        name: "stock",
        key: "sku_code",
        columns: &[(Whole, "quantity allocated"), (Time, "as_of updated_at")],
        parent: Some(("sku_code", "skus", "code")),
    },
    Table {
        name: "orders",
        key: "order_no",
        columns: &[
            (Code, "order_no"),
            (
                Holds::Text,
                "customer_name customer_kana customer_zip customer_address customer_tel customer_fax",
            ),
            (Holds::Text, "customer_email payment_method payment_count device customer_note shop_note"),
            (Whole, "points_used coupon_discount subtotal_excl_tax tax subtotal_incl_tax"),
            (Whole, "shipping_fee payment_fee total"),
            (Flag, "is_provisional payment_status delivery_status capture_status"),
            (
                Time,
                "ordered_at paid_at shipped_at captured_at cancelled_at exported_at created_at updated_at",
            ),
        ],
        parent: None,
    },
    Table {
        name: "order_shipments",
        key: "order_no || '/' || shipment_no",
        columns: &[
            (Holds::Text, "recipient_name recipient_kana recipient_zip recipient_address recipient_tel"),
            (Holds::Text, "recipient_fax delivery_method delivery_time message tracking_no"),
            (Whole, "shipment_no shipping_fee payment_fee points coupon total"),
            (Flag, "is_gift"),
            (Day, "delivery_date shipped_on delivered_on"),
        ],
        parent: Some(("order_no", "orders", "order_no")),
    },
    Table {
        name: "order_lines",
        key: "order_no || '/' || line_no",
        columns: &[
            (Code, "sku_code"),
            (Holds::Text, "product_name options message"),
            (Whole, "line_no shipment_no quantity unit_price_excl_tax unit_tax unit_price_incl_tax"),
        ],
        parent: Some(("order_no", "orders", "order_no")),
    },
];

impl Table {
    fn columns(&self) -> impl Iterator<Item = (Holds, &'static str)> {
        self.columns.iter().flat_map(|(holds, names)| names.split(' ').map(|name| (*holds, name)))
    }
}

impl Holds {
    /// 0: as it should be, or nothing; 1: something else; 2: empty text.
    fn verdict(self, column: &str) -> String {
        let is_good = match self {
            Self::Text => return format!("(typeof({column}) = 'blob')"),
            Self::Code => format!("typeof({column}) = 'text' AND {column} <> ''"),
            Self::Whole => format!("typeof({column}) = 'integer'"),
            Self::Number => format!("typeof({column}) IN ('integer', 'real')"),
            Self::Flag => format!("typeof({column}) = 'integer' AND {column} IN (0, 1)"),
            Self::Time => format!("typeof({column}) = 'text' AND {column} IS datetime({column})"),
            Self::Day => format!(
                "typeof({column}) = 'text'
                     AND replace({column}, '/', '-') IN (date(replace({column}, '/', '-')), datetime({column}))"
            ),
        };
        format!("CASE WHEN {column} IS NULL OR {is_good} THEN 0 WHEN {column} = '' THEN 2 ELSE 1 END")
    }

    fn told(self) -> Text {
        match self {
            Self::Text | Self::Code => say::shape_text(),
            Self::Whole => say::shape_whole(),
            Self::Number => say::shape_number(),
            Self::Flag => say::shape_flag(),
            Self::Time => say::shape_time(),
            Self::Day => say::shape_day(),
        }
    }
}

#[derive(Default)]
struct Seen {
    /// Of each column, the rows with another type and those with empty text.
    odd: Vec<[Names; 2]>,
    /// Orders with a value of another type.
    odd_orders: HashSet<String>,
    /// Rows without their parent.
    lost: Names,
}

/// Looks at every value; and the numbers of orders that have one of a wrong type, which is why they are held back.
pub(super) fn look(world: &mut World<'_>) -> Result<Found> {
    let database = world.database()?;
    let (mut problems, mut odd_orders, mut unfinished) = (Vec::new(), HashSet::new(), Vec::new());
    for table in &TABLES {
        let mut seen = Seen::default();
        let work = || {
            look_for_odd(database, table, &mut seen).and_then(|()| look_for_lost(database, table, &mut seen))
        };
        if within(database, TABLE_MAX, work)?.is_none() {
            unfinished.push(table.name);
        }
        problems.extend(told(table, &seen));
        odd_orders.extend(seen.odd_orders);
    }
    let fact = match unfinished.as_slice() {
        [] => say::shape_fine(),
        tables => say::shape_so_far(TABLE_MAX.as_secs(), &tables.join(", ")),
    };
    world.odd_orders = odd_orders;
    Ok(Found::ok(fact).with(problems))
}

/// One look at the table, at all columns together.
fn look_for_odd(database: &Connection, table: &Table, seen: &mut Seen) -> rusqlite::Result<()> {
    let verdicts: Vec<String> = table.columns().map(|(holds, name)| holds.verdict(name)).collect();
    let mut statement = database.prepare(&format!(
        "SELECT {}, {}
         FROM main.{}
         WHERE {}",
        table.key,
        verdicts.join(", "),
        table.name,
        verdicts.join(" OR "),
    ))?;
    seen.odd = vec![Default::default(); verdicts.len()];
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key = key_of(row)?;
        for (column, [wrong, empty]) in seen.odd.iter_mut().enumerate() {
            match row.get(column + 1)? {
                0 => {}
                1 => {
                    wrong.add(&key);
                    let of_order = key.rsplit_once('/').filter(|_| table.parent.is_some());
                    let order_no = of_order.map_or(&*key, |(order_no, _)| order_no);
                    seen.odd_orders.extend(table.name.starts_with("order").then(|| order_no.to_owned()));
                }
                _ => empty.add(&key),
            }
        }
    }
    Ok(())
}

fn look_for_lost(database: &Connection, table: &Table, seen: &mut Seen) -> rusqlite::Result<()> {
    let Some((foreign_key, parent, key)) = table.parent else { return Ok(()) };
    let mut statement = database.prepare(&format!(
        "SELECT {}
         FROM main.{name}
         WHERE NOT EXISTS (SELECT 1 FROM main.{parent} WHERE {parent}.{key} = {name}.{foreign_key})",
        table.key,
        name = table.name,
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        seen.lost.add(&key_of(row)?);
    }
    Ok(())
}

fn told(table: &Table, seen: &Seen) -> Vec<Problem> {
    let mut problems = Vec::new();
    for ((holds, name), [wrong, empty]) in table.columns().zip(&seen.odd) {
        let (place, told) = (format!("{}.{name}", table.name), holds.told());
        if wrong.count() > 0 {
            problems.push(say::shape_wrong(&place, &told.ja, &told.en, wrong.count(), &wrong.told()));
        }
        if empty.count() > 0 {
            problems.push(say::shape_empty(&place, empty.count(), &empty.told()));
        }
    }
    if let Some((_, parent, _)) = table.parent.filter(|_| seen.lost.count() > 0) {
        problems.push(say::shape_orphans(table.name, parent, seen.lost.count(), &seen.lost.told()));
    }
    problems
}

/// A key, whatever the shop's application made of it.
fn key_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<String> {
    let key = text_of(row.get_ref(0)?).unwrap_or_else(|| "NULL".to_owned());
    Ok(one_line(&key).chars().take(KEY_SHOWN_MAX).collect())
}
