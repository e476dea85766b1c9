// Made by sessionful from the description of ShapeService. Make it again rather than change it.

#[allow(unused_imports, reason = "not every contract needs each")]
use sessionful_wcf::data::{
    Char, DataContract, DataError, Datum, Map, Members, names_of, object, of_class, unknown_name,
};
#[allow(unused_imports, reason = "not every contract needs each")]
use sessionful_wcf::value::{DateTime, Decimal, Guid, TimeSpan};

#[derive(Clone, Debug, PartialEq, Default)]
pub struct Circle {
    /// `Id`.
    pub id: Guid,
    /// `Colors`.
    pub colors: Colors,
    /// `Parts`.
    pub parts: Option<Vec<Option<ShapeKind>>>,
    /// `Size`.
    pub size: Box<Size>,
    /// `Extra`.
    pub extra: Option<Datum>,
    /// `When`.
    pub when: Option<DateTime>,
    /// `constructor`.
    pub constructor: f64,
    /// `Map`.
    pub map: Option<Map<Option<String>, Option<ShapeKind>>>,
}

impl DataContract for Circle {
    fn to_datum(&self) -> Datum {
        object([
            ("Id", self.id.to_datum()),
            ("Colors", self.colors.to_datum()),
            ("Parts", self.parts.to_datum()),
            ("Size", self.size.to_datum()),
            ("Extra", self.extra.to_datum()),
            ("When", self.when.to_datum()),
            ("constructor", self.constructor.to_datum()),
            ("Map", self.map.to_datum()),
        ])
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        let mut members = Members::new(datum)?;
        Ok(Circle {
            id: members.take("Id")?,
            colors: members.take("Colors")?,
            parts: members.take("Parts")?,
            size: members.take("Size")?,
            extra: members.take("Extra")?,
            when: members.take("When")?,
            constructor: members.take("constructor")?,
            map: members.take("Map")?,
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Colors(pub Vec<ColorsFlag>);

impl DataContract for Colors {
    fn to_datum(&self) -> Datum {
        Datum::Enum(self.0.iter().map(|flag| flag.name().into()).collect())
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        let names = names_of(datum)?;
        names.iter().map(|name| ColorsFlag::from_name(name)).collect::<Result<_, _>>().map(Colors)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ColorsFlag {
    /// `Red`.
    #[default]
    Red,
    /// `Green`.
    Green,
    /// `Blue`.
    Blue,
}

impl ColorsFlag {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            ColorsFlag::Red => "Red",
            ColorsFlag::Green => "Green",
            ColorsFlag::Blue => "Blue",
        }
    }

    /// The value of a name on the wire.
    pub fn from_name(name: &str) -> Result<Self, DataError> {
        Ok(match name {
            "Red" => ColorsFlag::Red,
            "Green" => ColorsFlag::Green,
            "Blue" => ColorsFlag::Blue,
            other => return Err(unknown_name(other, "ColorsFlag")),
        })
    }
}

impl DataContract for ColorsFlag {
    fn to_datum(&self) -> Datum {
        Datum::Enum(vec![self.name().into()])
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        match &names_of(datum)?[..] {
            [name] => ColorsFlag::from_name(name),
            _ => Err(unknown_name("several", "ColorsFlag")),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Default)]
pub struct Problem {
    /// `Text`.
    pub text: Option<String>,
}

impl DataContract for Problem {
    fn to_datum(&self) -> Datum {
        object([("Text", self.text.to_datum())])
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        let mut members = Members::new(datum)?;
        Ok(Problem { text: members.take("Text")? })
    }
}

/// Something to draw.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Shape {
    /// `Id`.
    pub id: Guid,
    /// `Colors`.
    pub colors: Colors,
    /// `Parts`.
    pub parts: Option<Vec<Option<ShapeKind>>>,
    /// `Size`.
    pub size: Box<Size>,
    /// `Extra`.
    pub extra: Option<Datum>,
    /// `When`.
    pub when: Option<DateTime>,
}

impl DataContract for Shape {
    fn to_datum(&self) -> Datum {
        object([
            ("Id", self.id.to_datum()),
            ("Colors", self.colors.to_datum()),
            ("Parts", self.parts.to_datum()),
            ("Size", self.size.to_datum()),
            ("Extra", self.extra.to_datum()),
            ("When", self.when.to_datum()),
        ])
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        let mut members = Members::new(datum)?;
        Ok(Shape {
            id: members.take("Id")?,
            colors: members.take("Colors")?,
            parts: members.take("Parts")?,
            size: members.take("Size")?,
            extra: members.take("Extra")?,
            when: members.take("When")?,
        })
    }
}

/// A [`Shape`], or a class that extends it.
#[derive(Clone, Debug, PartialEq)]
pub enum ShapeKind {
    /// A [`Shape`].
    Shape(Shape),
    /// A [`Circle`].
    Circle(Circle),
}

impl Default for ShapeKind {
    fn default() -> Self {
        ShapeKind::Shape(Shape::default())
    }
}

impl DataContract for ShapeKind {
    fn to_datum(&self) -> Datum {
        match self {
            ShapeKind::Shape(value) => value.to_datum(),
            ShapeKind::Circle(value) => of_class(value.to_datum(), "urn:data", "Circle"),
        }
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        let class = match &datum {
            Datum::Object(object) => object.class.clone(),
            _ => None,
        };
        let class = class.as_ref().map(|name| (name.namespace.as_str(), name.local.as_str()));
        Ok(match class {
            Some(("urn:data", "Circle")) => ShapeKind::Circle(DataContract::from_datum(datum)?),
            _ => ShapeKind::Shape(DataContract::from_datum(datum)?),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Default)]
pub struct Size {
    /// `W`.
    pub w: u32,
}

impl DataContract for Size {
    fn to_datum(&self) -> Datum {
        object([("W", self.w.to_datum())])
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        let mut members = Members::new(datum)?;
        Ok(Size { w: members.take("W")? })
    }
}

/// Draws. */ alert(1)
pub mod ishapes {
    use super::*;

    /// The request of `Draw`.
    #[derive(Clone, Debug, PartialEq, Default)]
    pub struct DrawRequest {
        /// `shape`.
        pub shape: Option<Box<ShapeKind>>,
        /// `class`.
        pub class: i64,
    }

    impl DataContract for DrawRequest {
        fn to_datum(&self) -> Datum {
            object([("shape", self.shape.to_datum()), ("class", self.class.to_datum())])
        }

        fn from_datum(datum: Datum) -> Result<Self, DataError> {
            let mut members = Members::new(datum)?;
            Ok(DrawRequest { shape: members.take("shape")?, class: members.take("class")? })
        }
    }

    /// The response of `Draw`.
    #[derive(Clone, Debug, PartialEq, Default)]
    pub struct DrawResponse {
        /// `DrawResult`.
        pub draw_result: Decimal,
        /// `rest`.
        pub rest: TimeSpan,
    }

    impl DataContract for DrawResponse {
        fn to_datum(&self) -> Datum {
            object([("DrawResult", self.draw_result.to_datum()), ("rest", self.rest.to_datum())])
        }

        fn from_datum(datum: Datum) -> Result<Self, DataError> {
            let mut members = Members::new(datum)?;
            Ok(DrawResponse {
                draw_result: members.take("DrawResult")?,
                rest: members.take("rest")?,
            })
        }
    }

    /// The request of `End`.
    #[derive(Clone, Debug, PartialEq, Default)]
    pub struct EndRequest {}

    impl DataContract for EndRequest {
        fn to_datum(&self) -> Datum {
            object([])
        }

        fn from_datum(datum: Datum) -> Result<Self, DataError> {
            let _ = Members::new(datum)?;
            Ok(EndRequest {})
        }
    }

    /// The request of `Drawn`.
    #[derive(Clone, Debug, PartialEq, Default)]
    pub struct DrawnRequest {
        /// `percent`.
        pub percent: i32,
    }

    impl DataContract for DrawnRequest {
        fn to_datum(&self) -> Datum {
            object([("percent", self.percent.to_datum())])
        }

        fn from_datum(datum: Datum) -> Result<Self, DataError> {
            let mut members = Members::new(datum)?;
            Ok(DrawnRequest { percent: members.take("percent")? })
        }
    }
}

/// What the runtime reads: types, operations, actions, endpoints.
pub const DESCRIPTION: &str = "{\"name\":\"ShapeService\",\"namespace\":\"urn:shapes\",\"schema\":{\"{urn:data}ArrayOfKeyValueOfstringShape\":{\"dictionary\":{\"item\":\"KeyValueOfstringShape\",\"key\":\"Key\",\"keyField\":{\"ty\":{\"primitive\":\"string\"},\"nillable\":true},\"value\":\"Value\",\"valueField\":{\"ty\":{\"named\":\"{urn:data}Shape\"},\"nillable\":true}}},\"{urn:data}ArrayOfShape\":{\"list\":{\"item\":\"Shape\",\"field\":{\"ty\":{\"named\":\"{urn:data}Shape\"},\"nillable\":true},\"packed\":true}},\"{urn:data}Circle\":{\"class\":{\"base\":\"{urn:data}Shape\",\"members\":[{\"name\":\"constructor\",\"field\":{\"ty\":{\"primitive\":\"double\"},\"nillable\":false},\"required\":false},{\"name\":\"Map\",\"field\":{\"ty\":{\"named\":\"{urn:data}ArrayOfKeyValueOfstringShape\"},\"nillable\":true},\"required\":false}],\"isStruct\":false}},\"{urn:data}Colors\":{\"enumeration\":{\"values\":[[\"Red\",1],[\"Green\",2],[\"Blue\",8]],\"flags\":true}},\"{urn:data}Problem\":{\"class\":{\"base\":null,\"members\":[{\"name\":\"Text\",\"field\":{\"ty\":{\"primitive\":\"string\"},\"nillable\":true},\"required\":false}],\"isStruct\":false}},\"{urn:data}Shape\":{\"class\":{\"base\":null,\"members\":[{\"name\":\"Id\",\"field\":{\"ty\":{\"primitive\":\"guid\"},\"nillable\":false},\"required\":true},{\"name\":\"Colors\",\"field\":{\"ty\":{\"named\":\"{urn:data}Colors\"},\"nillable\":false},\"required\":false},{\"name\":\"Parts\",\"field\":{\"ty\":{\"named\":\"{urn:data}ArrayOfShape\"},\"nillable\":true},\"required\":false},{\"name\":\"Size\",\"field\":{\"ty\":{\"named\":\"{urn:data}Size\"},\"nillable\":false},\"required\":false},{\"name\":\"Extra\",\"field\":{\"ty\":\"any\",\"nillable\":true},\"required\":false},{\"name\":\"When\",\"field\":{\"ty\":{\"primitive\":\"dateTime\"},\"nillable\":true},\"required\":false}],\"isStruct\":false}},\"{urn:data}Size\":{\"class\":{\"base\":null,\"members\":[{\"name\":\"W\",\"field\":{\"ty\":{\"primitive\":\"unsignedInt\"},\"nillable\":false},\"required\":false}],\"isStruct\":true}}},\"documentation\":{\"{urn:data}Shape\":\"Something to draw.\",\"{urn:data}Shape/Id\":\"Its id.\"},\"contracts\":[{\"name\":\"IShapes\",\"session\":\"required\",\"operations\":[{\"name\":\"Draw\",\"action\":\"urn:draw\",\"replyAction\":\"urn:drawn\",\"request\":{\"name\":\"{urn:shapes}Draw\",\"parts\":[{\"name\":\"shape\",\"field\":{\"ty\":{\"named\":\"{urn:data}Shape\"},\"nillable\":true}},{\"name\":\"class\",\"field\":{\"ty\":{\"primitive\":\"long\"},\"nillable\":false}}]},\"reply\":{\"name\":\"{urn:shapes}DrawResponse\",\"parts\":[{\"name\":\"DrawResult\",\"field\":{\"ty\":{\"primitive\":\"decimal\"},\"nillable\":false}},{\"name\":\"rest\",\"field\":{\"ty\":{\"primitive\":\"duration\"},\"nillable\":false}}]},\"faults\":[{\"name\":\"ProblemFault\",\"action\":\"urn:problem\",\"element\":\"{urn:data}Problem\",\"field\":{\"ty\":{\"named\":\"{urn:data}Problem\"},\"nillable\":true}}],\"initiating\":true,\"terminating\":false,\"documentation\":\"\"},{\"name\":\"End\",\"action\":\"urn:shapes/IShapes/End\",\"replyAction\":\"\",\"request\":{\"name\":\"{urn:shapes}End\",\"parts\":[]},\"reply\":null,\"faults\":[],\"initiating\":false,\"terminating\":true,\"documentation\":\"\"}],\"callbacks\":[{\"name\":\"Drawn\",\"action\":\"urn:progress\",\"replyAction\":\"\",\"request\":{\"name\":\"{urn:shapes}Drawn\",\"parts\":[{\"name\":\"percent\",\"field\":{\"ty\":{\"primitive\":\"int\"},\"nillable\":false}}]},\"reply\":null,\"faults\":[],\"initiating\":true,\"terminating\":false,\"documentation\":\"\"}],\"documentation\":\"Draws. */ alert(1)\"}],\"endpoints\":[{\"name\":\"Binary\",\"contract\":\"IShapes\",\"address\":\"ws://localhost/shapes\",\"wire\":\"socketBinary\"},{\"name\":\"Text\",\"contract\":\"IShapes\",\"address\":\"ws://localhost/text\",\"wire\":\"socketText\"},{\"name\":\"Ws\",\"contract\":\"IShapes\",\"address\":\"http://localhost/ws\",\"wire\":\"wsHttp\"}]}";
