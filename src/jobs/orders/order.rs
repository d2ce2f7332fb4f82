//! An order as the shop's database has it, read as a whole.

use anyhow::Result;
use rusqlite::types::{Type, ValueRef};
use rusqlite::{Connection, Row, Statement};

use crate::settings::Settings;

/// Makes a struct of which each field is read from the column of its name, or from the expression behind it.
macro_rules! row {
    ($(#[$doc:meta])* struct $name:ident { $($field:ident: $type:ty $(= $expression:literal)?,)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(super) struct $name {
            $(pub(super) $field: $type,)*
        }

        impl $name {
            /// What to select.
            const SELECTED: &[&str] = &[$(row!(@selected $field $($expression)?),)*];

            fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
                #[expect(non_camel_case_types, reason = "columns' names")]
                enum Index {
                    $($field,)*
                }
                Ok(Self { $($field: Cell::read(row, Index::$field as usize)?,)* })
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

#[derive(Debug)]
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

    /// The order of a row of [`select`].
    pub(super) fn read(&mut self, row: &Row<'_>) -> rusqlite::Result<Order> {
        let head = Head::read(row)?;
        let free_items = (Head::SELECTED.len()..).take(self.free_items);
        let order_no = [&head.order_no];
        Ok(Order {
            number: format!("{}{}", self.number_prefix, head.order_no),
            free_items: free_items.map(|index| Cell::read(row, index)).collect::<rusqlite::Result<_>>()?,
            shipments: self
                .shipments
                .query_map(order_no, Shipment::read)?
                .collect::<rusqlite::Result<_>>()?,
            lines: self.lines.query_map(order_no, Line::read)?.collect::<rusqlite::Result<_>>()?,
            head,
        })
    }
}

/// How a field is read.
trait Cell: Sized {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self>;
}

/// Whatever type the shop's application gave it; NULL is empty.
impl Cell for String {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        match row.get_ref(index)? {
            ValueRef::Text(text) => {
                let text = str::from_utf8(text).map_err(|error| rusqlite::Error::Utf8Error(index, error))?;
                Ok(text.to_owned())
            }
            ValueRef::Integer(number) => Ok(number.to_string()),
            ValueRef::Real(number) => Ok(number.to_string()),
            ValueRef::Null => Ok(String::new()),
            ValueRef::Blob(_) => {
                let column = row.as_ref().column_name(index)?.to_owned();
                Err(rusqlite::Error::InvalidColumnType(index, column, Type::Blob))
            }
        }
    }
}

impl Cell for i64 {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        row.get(index)
    }
}

/// NULL is no: a payment method that the shop does not know is not set up. So is empty text, which forms write.
impl Cell for bool {
    fn read(row: &Row<'_>, index: usize) -> rusqlite::Result<Self> {
        match row.get_ref(index)? {
            ValueRef::Null | ValueRef::Text(b"") | ValueRef::Integer(0) => Ok(false),
            ValueRef::Integer(1) => Ok(true),
            other => {
                let column = row.as_ref().column_name(index)?.to_owned();
                Err(rusqlite::Error::InvalidColumnType(index, column, other.data_type()))
            }
        }
    }
}
