//! An order as the shop's database has it, read as a whole.

use anyhow::Result;
use rusqlite::types::{Type, ValueRef};
use rusqlite::{Connection, Row, Statement};

use crate::settings::Settings;

/// Makes a struct of which each field is read from the column of its name, or from the expression behind it.
macro_rules! row {
    ($(#[$doc:meta])* struct $name:ident { $($field:ident: $type:ty $(= $expression:literal)?,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(super) struct $name {
            $(pub(super) $field: $type,)*
        }

        impl $name {
            /// What to select.
            const SELECTED: &[&str] = &[$(row!(@selected $field $($expression)?),)*];

            fn read(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
                #[expect(non_camel_case_types, reason = "columns' names")]
                enum Index {
                    $($field,)*
                }
                $(self.$field.read(row, Index::$field as usize)?;)*
                Ok(())
            }
        }
    };
    (@selected $field:ident $expression:literal) => { $expression };
    (@selected $field:ident) => { stringify!($field) };
}

row! {
    /// An order's own row, with what the shop knows of its payment method.
    struct Head {
        order_no: String,
        updated_at: String,
        ordered_at: String,
        kind: String,
        customer_name: String,
        customer_kana: String,
        customer_zip: String,
        customer_address: String,
        customer_tel: String,
        customer_fax: String,
        customer_email: String,
        payment_method: String,
        payment_is_known: bool = "payment_methods.name IS NOT NULL",
        payment_added_on: String = "payment_methods.added_on",
        payment_is_ready: bool = "payment_methods.tempostar_ready",
        payment_count: String,
        device: String,
        points_used: i64,
        coupon_discount: i64,
        subtotal_excl_tax: i64,
        tax: i64,
        subtotal_incl_tax: i64,
        shipping_fee: i64,
        payment_fee: i64,
        total: i64,
        paid_at: String,
        exported_at: String,
        cancelled_at: String,
        is_provisional: String,
        sent_before_at: String = "(SELECT coalesce(batch.sent_at, batch.prepared_at)
              FROM tempostar_batch_orders AS member
              JOIN tempostar_batches AS batch ON batch.id = member.batch_id
              WHERE member.order_no = orders.order_no)",
        sent_before_as: String = "(SELECT fingerprint FROM tempostar_batch_orders AS member WHERE member.order_no = orders.order_no)",
        is_known_there: bool = "orders.order_no IN (SELECT order_no FROM tempostar_orders_known_there)",
        is_approved: bool = "orders.order_no IN (SELECT order_no FROM tempostar_order_approvals)",
        customer_note: String,
        shop_note: String,
    }
}

row! {
    struct Shipment {
        shipment_no: i64,
        recipient_name: String,
        recipient_kana: String,
        recipient_zip: String,
        recipient_address: String,
        recipient_tel: String,
        recipient_fax: String,
        delivery_method: String,
        delivery_time: String,
        shipping_fee: i64,
        payment_fee: i64,
        points: i64,
        coupon: i64,
        total: i64,
        is_gift: bool,
        shipped_on: String,
        delivery_date: String,
        tracking_no: String,
        message: String,
    }
}

row! {
    struct Line {
        shipment_no: i64,
        sku_code: String,
        product_name: String,
        options: String,
        quantity: i64,
        unit_price_excl_tax: i64,
        unit_tax: i64,
        unit_price_incl_tax: i64,
        message: String,
    }
}

#[derive(Debug, Default)]
pub(super) struct Order {
    /// Its number in TEMPOSTAR.
    pub(super) number: String,
    pub(super) head: Head,
    /// Those that the settings name, in their order.
    pub(super) free_items: Vec<String>,
    pub(super) shipments: Vec<Shipment>,
    pub(super) lines: Vec<Line>,
}

impl Order {
    pub(super) fn shipment(&self, shipment_no: i64) -> Option<&Shipment> {
        self.shipments.iter().find(|shipment| shipment.shipment_no == shipment_no)
    }
}

/// What stands before the order's own number in ショップ受注番号.
pub(crate) fn number_prefix(settings: &Settings) -> String {
    format!("{}-", settings.shop.code)
}

/// What selects orders for [`Reader::read`]; `which` follows their tables.
pub(super) fn select(settings: &Settings, which: &str) -> String {
    let free_items = settings.orders.free_items.iter().map(|(_, number)| format!(", free_item_{number}"));
    format!(
        "SELECT {}{}
         FROM orders
         LEFT JOIN payment_methods ON payment_methods.name = orders.payment_method
         {which}",
        Head::SELECTED.join(", "),
        free_items.collect::<String>()
    )
}

/// Reads whole orders, with statements that are prepared once.
pub(super) struct Reader<'a> {
    number_prefix: String,
    free_items: usize,
    shipments: Statement<'a>,
    lines: Statement<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(database: &'a Connection, settings: &Settings) -> Result<Self> {
        Ok(Self {
            number_prefix: number_prefix(settings),
            free_items: settings.orders.free_items.len(),
            shipments: database.prepare(&format!(
                "SELECT {} FROM order_shipments WHERE order_no = ?1 ORDER BY shipment_no",
                Shipment::SELECTED.join(", ")
            ))?,
            lines: database.prepare(&format!(
                "SELECT {} FROM order_lines WHERE order_no = ?1 ORDER BY line_no",
                Line::SELECTED.join(", ")
            ))?,
        })
    }

    /// The order of a row of [`select`], in the place of another one, whose memory it takes over.
    pub(super) fn read(&mut self, row: &Row<'_>, order: &mut Order) -> rusqlite::Result<()> {
        order.head.read(row)?;
        order.free_items.resize_with(self.free_items, String::new);
        for (index, item) in (Head::SELECTED.len()..).zip(&mut order.free_items) {
            item.read(row, index)?;
        }
        let order_no = &order.head.order_no;
        order.number.clear();
        order.number.push_str(&self.number_prefix);
        order.number.push_str(order_no);
        read_all(&mut self.shipments, order_no, &mut order.shipments, Shipment::read)?;
        read_all(&mut self.lines, order_no, &mut order.lines, Line::read)
    }
}

/// What a statement finds of an order, in the place of what another one had.
fn read_all<T: Default>(
    statement: &mut Statement<'_>,
    order_no: &str,
    all: &mut Vec<T>,
    read: fn(&mut T, &Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut rows = statement.query([order_no])?;
    let mut found = 0;
    while let Some(row) = rows.next()? {
        if found == all.len() {
            all.push(T::default());
        }
        read(&mut all[found], row)?;
        found += 1;
    }
    all.truncate(found);
    Ok(())
}

/// How a field is read.
trait Cell {
    fn read(&mut self, row: &Row<'_>, index: usize) -> rusqlite::Result<()>;
}

/// Whatever type the shop's application gave it; NULL is empty.
impl Cell for String {
    fn read(&mut self, row: &Row<'_>, index: usize) -> rusqlite::Result<()> {
        self.clear();
        match row.get_ref(index)? {
            ValueRef::Text(text) => {
                self.push_str(
                    str::from_utf8(text).map_err(|error| rusqlite::Error::Utf8Error(index, error))?,
                );
            }
            ValueRef::Integer(number) => *self = number.to_string(),
            ValueRef::Real(number) => *self = number.to_string(),
            ValueRef::Null => {}
            ValueRef::Blob(_) => {
                let column = row.as_ref().column_name(index)?.to_owned();
                return Err(rusqlite::Error::InvalidColumnType(index, column, Type::Blob));
            }
        }
        Ok(())
    }
}

impl Cell for i64 {
    fn read(&mut self, row: &Row<'_>, index: usize) -> rusqlite::Result<()> {
        *self = row.get(index)?;
        Ok(())
    }
}

/// NULL is no: a payment method that the shop does not know is not set up. So is empty text, which forms write.
impl Cell for bool {
    fn read(&mut self, row: &Row<'_>, index: usize) -> rusqlite::Result<()> {
        *self = match row.get_ref(index)? {
            ValueRef::Null | ValueRef::Text(b"") | ValueRef::Integer(0) => false,
            ValueRef::Integer(1) => true,
            other => {
                let column = row.as_ref().column_name(index)?.to_owned();
                return Err(rusqlite::Error::InvalidColumnType(index, column, other.data_type()));
            }
        };
        Ok(())
    }
}
