//! The four jobs: what a run can be of.

words! {
    /// One job. Its word is the subcommand, and what it is called in the database, the settings and the names of files.
    pub enum Job {
        /// 商品情報取込
        Products = "import-products",
        /// 物流連携取込
        Logistics = "import-logistics",
        /// 在庫情報取込
        Stock = "import-stock",
        /// 受注連携
        Orders = "export-orders",
    }
}
