//! What a logistics file says: its columns and its rows.

use anyhow::Result;
use chrono::NaiveDate;

use crate::moment::Moment;
use crate::settings::{AddOrderLines, Logistics, Settings, WithoutStatus};
use crate::sheet::{Column, Header, Row, RowProblem};
use crate::text::jobs as text;

words! {
    pub(super) enum Name {
        OrderNo = "ショップ受注番号",
        /// Whether an order was shipped: its ticks cannot be taken back.
        Progress = "受注進捗コード",
        Shipped = "出荷日",
        Confirmed = "出荷確定日",
        Delivered = "配送日",
        TrackingNo = "荷物番号",
        DeliveryMethod = "配送方法名",
        ShipmentNo = "配送番号",
        Paid = "入金日付",
        Sku = "商品コード",
        Product = "商品名",
        Options = "項目選択肢",
        Quantity = "数量",
        PriceExclTax = "税抜単価",
        Tax = "単品消費税",
        PriceInclTax = "税込単価",
    }
}

impl Name {
    /// Those of an order and its destinations, without the one that is required.
    const OF_ORDER: &[Self] = Self::ALL.split_at(9).0.split_at(1).1;

    /// Those of a line: of no use while no lines are added.
    const OF_LINE: &[Self] = Self::ALL.split_at(9).1;

    /// Those of a line that are of use.
    fn of_added_line(settings: &Logistics) -> &'static [Self] {
        match settings.add_order_lines {
            AddOrderLines::Ignore => &[],
            AddOrderLines::Add => Self::OF_LINE,
        }
    }
}

/// Where a file has what.
pub(super) struct Columns {
    order_no: Column,
    /// In the order of [`Name`].
    found: Vec<Option<Column>>,
    adds_lines: bool,
}

impl Columns {
    pub(super) fn find(header: &Header, settings: &Logistics) -> Result<Self> {
        let order_no = header.required(Name::OrderNo.as_str())?;
        if settings.without_status == WithoutStatus::Refuse {
            header.required_else(Name::Progress.as_str(), text::status_missing)?;
        }
        let found = Name::ALL.iter().map(|name| header.optional(name.as_str())).collect();
        Ok(Self { order_no, found, adds_lines: settings.add_order_lines == AddOrderLines::Add })
    }

    fn at(&self, name: Name) -> Option<Column> {
        self.found[name as usize]
    }

    pub(super) fn has(&self, name: Name) -> bool {
        self.at(name).is_some()
    }

    pub(super) fn unknown(&self, header: &Header) -> Vec<String> {
        let known: Vec<Column> = self.found.iter().copied().flatten().collect();
        header.others(&known).into_iter().map(|(_, name)| name.to_owned()).collect()
    }
}

/// The columns of the file without which another value would be written: an order shipped that is not, a tracking number at
/// all destinations, a line for nothing.
pub(super) fn telling(header: &Header, settings: &Settings) -> Vec<String> {
    let lines = Name::of_added_line(&settings.logistics).iter().skip(1).copied();
    let destination = settings.options.multiple_destinations.then_some(Name::ShipmentNo);
    let names = [Name::Progress].into_iter().chain(destination).chain(lines).map(Name::as_str);
    names.filter(|name| header.optional(name).is_some()).map(str::to_owned).collect()
}

/// The columns that a logistics file can have and this one has not; the shop's values of them stay as they are.
pub fn missing_columns(header: &Header, settings: &Logistics) -> Vec<String> {
    let known = Name::OF_ORDER.iter().chain(Name::of_added_line(settings)).map(|name| name.as_str());
    known.filter(|name| header.optional(name).is_none()).map(str::to_owned).collect()
}

words! {
    /// How far an order is in TEMPOSTAR, or a destination of it.
    pub(crate) enum Progress {
        Shipped = "shipped",
        Cancelled = "cancelled",
        NotYet = "not_yet",
    }
}

/// One row of a logistics file. Texts are `None` where the file has no such column, empty where the field is.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) line: u64,
    pub(super) order_no: String,
    pub(super) progress: Progress,
    /// `None`: all destinations.
    pub(super) shipment_no: Option<i64>,
    /// 出荷確定日, else 出荷日
    pub(super) shipped_at: Option<Moment>,
    pub(super) delivered_on: Option<NaiveDate>,
    pub(super) tracking_no: Option<String>,
    pub(super) delivery_method: Option<String>,
    pub(super) paid_at: Option<Moment>,
    pub(super) added: Option<AddedLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AddedLine {
    /// Where it stands in the sheet.
    pub(super) line: u64,
    pub(super) sku_code: String,
    pub(super) product_name: String,
    pub(super) options: String,
    pub(super) quantity: Option<i64>,
    pub(super) unit_price_excl_tax: i64,
    pub(super) unit_tax: i64,
    pub(super) unit_price_incl_tax: i64,
}

/// A row, or whose it is if not this shop's.
pub(super) enum Read {
    Entry(Box<Entry>),
    OtherShop(String),
}

impl Columns {
    pub(super) fn read(
        &self,
        row: &Row<'_>,
        shop_code: &str,
        settings: &Logistics,
    ) -> Result<Read, RowProblem> {
        let number = row.code(self.order_no)?;
        // Order numbers hold hyphens themselves; shop codes do not.
        let Some((shop, order_no)) =
            number.split_once('-').filter(|(shop, order)| !shop.is_empty() && !order.is_empty())
        else {
            return Err(row.problem_in(self.order_no, text::bad_order_number(&number)));
        };
        if shop != shop_code {
            return Ok(Read::OtherShop(number.into_owned()));
        }
        let text = |name| optional(self.at(name), |column| Ok(row.text(column)?.into_owned()));
        let time = |name| Ok(optional(self.at(name), |column| row.date_time(column))?.flatten());
        let shipped = time(Name::Shipped)?;
        Ok(Read::Entry(Box::new(Entry {
            line: row.line(),
            order_no: order_no.to_owned(),
            progress: self.progress(row, settings)?,
            shipment_no: optional(self.at(Name::ShipmentNo), |column| from_one_up(row, column))?.flatten(),
            shipped_at: time(Name::Confirmed)?.or(shipped),
            delivered_on: optional(self.at(Name::Delivered), |column| row.date(column))?.flatten(),
            tracking_no: text(Name::TrackingNo)?,
            delivery_method: text(Name::DeliveryMethod)?,
            paid_at: time(Name::Paid)?,
            added: self.added_line(row)?,
        })))
    }

    fn progress(&self, row: &Row<'_>, settings: &Logistics) -> Result<Progress, RowProblem> {
        let Some(column) = self.at(Name::Progress) else { return Ok(Progress::Shipped) };
        let text = row.text(column)?;
        let code = text.trim_matches(' ');
        let progress = progress_of(code, settings);
        // Something unreadable must not pass for "not shipped yet": the order would never get its ticks.
        let are_numbers = settings.shipped.iter().chain(&settings.cancelled).all(|code| is_number(code));
        if progress == Progress::NotYet && are_numbers && !is_number(code) {
            return Err(row.problem_in(column, text::bad_progress(&text)));
        }
        Ok(progress)
    }

    fn added_line(&self, row: &Row<'_>) -> Result<Option<AddedLine>, RowProblem> {
        let Some(sku_code) = self.at(Name::Sku).filter(|_| self.adds_lines) else { return Ok(None) };
        if row.text(sku_code)?.is_empty() {
            return Ok(None);
        }
        let text =
            |name| Ok(optional(self.at(name), |column| row.text(column))?.unwrap_or_default().into_owned());
        let amount =
            |name| Ok(optional(self.at(name), |column| row.whole_number(column))?.flatten().unwrap_or(0));
        Ok(Some(AddedLine {
            line: row.line(),
            sku_code: row.code(sku_code)?.into_owned(),
            product_name: text(Name::Product)?,
            options: text(Name::Options)?,
            quantity: optional(self.at(Name::Quantity), |column| from_one_up(row, column))?.flatten(),
            unit_price_excl_tax: amount(Name::PriceExclTax)?,
            unit_tax: amount(Name::Tax)?,
            unit_price_incl_tax: amount(Name::PriceInclTax)?,
        }))
    }
}

/// What a 受注進捗コード means.
pub(crate) fn progress_of(code: &str, settings: &Logistics) -> Progress {
    let is_among = |codes: &[String]| codes.iter().any(|known| known == code);
    if is_among(&settings.shipped) {
        Progress::Shipped
    } else if is_among(&settings.cancelled) {
        Progress::Cancelled
    } else {
        Progress::NotYet
    }
}

fn is_number(code: &str) -> bool {
    code.bytes().all(|byte| byte.is_ascii_digit())
}

fn from_one_up(row: &Row<'_>, column: Column) -> Result<Option<i64>, RowProblem> {
    match row.whole_number(column)? {
        Some(number) if number < 1 => Err(row.problem_in(column, text::below_one(number))),
        number => Ok(number),
    }
}

fn optional<T>(
    column: Option<Column>,
    read: impl FnOnce(Column) -> Result<T, RowProblem>,
) -> Result<Option<T>, RowProblem> {
    column.map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::columns;

    #[test]
    fn the_settings_know_the_same_columns() {
        let ours: Vec<&str> = Name::ALL.iter().map(|name| name.as_str()).collect();
        assert_eq!(columns::LOGISTICS.split(',').collect::<Vec<_>>(), ours);
    }
}
