//! The reader of text: what it must refuse, and the same infoset as a reference reader's.

use sessionful_wcf::XmlError;
use sessionful_wcf::text::{Reader, Writer};
use sessionful_wcf::xml::{Event, Limits, Source, copy};

fn events(document: &[u8], limits: Limits) -> Result<Vec<Event>, XmlError> {
    let mut reader = Reader::new(document, limits)?;
    let mut events = Vec::new();
    while let Some(event) = reader.next()? {
        events.push(event);
    }
    Ok(events)
}

/// One line an event, in a form that the reference reader can give too.
fn ours(document: &str) -> Result<String, XmlError> {
    let limits = Limits { depth: 4096, ..Limits::default() };
    let mut out = String::new();
    for event in events(document.as_bytes(), limits)? {
        match event {
            Event::Start(start) => {
                out.push_str(&format!("<{}", start.name));
                for attribute in &start.attributes {
                    out.push_str(&format!(" {}={:?}", attribute.name, attribute.value.to_text()));
                }
                out.push_str(">\n");
            }
            Event::End => out.push_str("end\n"),
            Event::Text(value) => out.push_str(&format!("text {:?}\n", value.to_text())),
            Event::Comment(comment) => out.push_str(&format!("comment {comment:?}\n")),
            Event::Array(_) => unreachable!("text has no arrays"),
        }
    }
    Ok(out)
}

fn theirs(document: &str) -> Result<String, roxmltree::Error> {
    fn name(namespace: Option<&str>, local: &str) -> String {
        match namespace {
            Some(namespace) if !namespace.is_empty() => format!("{{{namespace}}}{local}"),
            _ => local.to_owned(),
        }
    }
    fn walk(node: roxmltree::Node<'_, '_>, out: &mut String) {
        if node.is_element() {
            let tag = node.tag_name();
            out.push_str(&format!("<{}", name(tag.namespace(), tag.name())));
            for attribute in node.attributes() {
                let key = name(attribute.namespace(), attribute.name());
                out.push_str(&format!(" {key}={:?}", attribute.value()));
            }
            out.push_str(">\n");
        } else if let Some(text) = node.text().filter(|text| node.is_comment() || !text.is_empty())
        {
            let kind = if node.is_comment() { "comment" } else { "text" };
            out.push_str(&format!("{kind} {text:?}\n"));
        }
        for child in node.children() {
            walk(child, out);
        }
        if node.is_element() {
            out.push_str("end\n");
        }
    }
    let tree = roxmltree::Document::parse(document)?;
    let mut out = String::new();
    tree.root().children().for_each(|child| walk(child, &mut out));
    Ok(out)
}

#[test]
fn well_formed_documents_read_as_the_reference_reads_them() {
    for document in [
        "<a/>",
        "<a></a>",
        "\u{feff}<?xml version='1.0' encoding='UTF-8'?>\n<a/>\n<!-- after -->\n",
        "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\" ?><a/>",
        "<!--before--><a b='1' c=\"2\"  d = '3' ><!----></a >",
        "<a>1 &lt; 2 &amp;&amp; 3 &gt; 2 &quot;&apos; &#65;&#x1F600;</a>",
        "<a>x<![CDATA[<&>]]]]><![CDATA[>]]>y</a>",
        "<a>line\r\nbreak\rand\ntab\t</a>",
        "<a b='line\r\nbreak\rand\ntab\t&#xD;&#xA;&#x9;'/>",
        "<a b='\"' c=\"'\" d='&lt;&amp;>'/>",
        "<p:a xmlns:p='urn:p' p:b='1' b='2'><p:c xmlns:p='urn:q'/><p:c/></p:a>",
        "<a xmlns='urn:a'><b xmlns=''><c/></b><d/></a>",
        "<a xml:lang='en' xml:space='preserve'> </a>",
        "<a xmlns:x='urn:1' xmlns:y='urn:2' x:b='1' y:b='2'/>",
        "<élan ünï='ö'>中文</élan>",
        "<a-b.c_1 d-e='f'/>",
        "<a>]] ></a>",
        "<a>  <b/>  </a>",
    ] {
        assert_eq!(ours(document).unwrap(), theirs(document).unwrap(), "{document}");
    }
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for document in [
        "",
        " ",
        "a",
        "<a",
        "<a>",
        "</a>",
        "<a></b>",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a/>&lt;",
        "<a/><![CDATA[]]>",
        "\u{feff}\u{feff}<a/>",
        "<a b/>",
        "<a b=1/>",
        "<a b='1'c='2'/>",
        "<a b='1' b='2'/>",
        "<a b='<'/>",
        "<a b='1/>",
        "<a b='&'/>",
        "<a>&</a>",
        "<a>&x;</a>",
        "<a>&lt</a>",
        "<a>&#0;</a>",
        "<a>&#x;</a>",
        "<a>&#;</a>",
        "<a>&#+65;</a>",
        "<a>&#x110000;</a>",
        "<a>&#xD800;</a>",
        "<a>&#1;</a>",
        "<a>\u{1}</a>",
        "<a>\u{fffe}</a>",
        "<a b='\u{1}'/>",
        "<a>]]></a>",
        "<a><!-- -- --></a>",
        "<a><!-- ---></a>",
        "<a><!--</a>",
        "<a><![CDATA[</a>",
        "< a/>",
        "<1/>",
        "<a:/>",
        "<:a/>",
        "<a:b:c xmlns:a='u'/>",
        "<p:a/>",
        "<a p:b='1'/>",
        "<a xmlns:p=''/>",
        "<a xmlns:xml='u'/>",
        "<a xmlns:xmlns='u'/>",
        "<xmlns:a/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>",
        "<a xmlns:p='u' xmlns:p='v'/>",
        "<a/ >",
        "<a></a b='1'>",
        "<a\u{a0}b='1'/>",
        "<a b='1'\u{a0}/>",
        " <?xml version='1.0'?><a/>",
        "<?xml version='1.1'?><a/>",
        "<?xml encoding='utf-8'?><a/>",
        "<?xml version='1.0' encoding='utf-16'?><a/>",
        "<?xml version='1.0' standalone='maybe'?><a/>",
        "<?xml?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<a b=\"1\" =\"2\"/>",
        "<a =\"2\"/>",
        "<a xmlns:=''/>",
        "<a><b></a></b>",
        "<a>&amp</a>;",
        "<a>&#65</a>",
    ] {
        let error = ours(document).expect_err(document);
        assert!(
            matches!(error, XmlError::Malformed { .. } | XmlError::Forbidden { .. }),
            "{error}"
        );
    }
    for bytes in [&b"<a>\xff</a>"[..], b"\xff\xfe<\0a\0/\0>\0", b"<a\xc0\x80/>"] {
        assert!(events(bytes, Limits::default()).is_err());
    }
}

/// SOAP 1.1 section 3 and SOAP 1.2 part 1 section 5.
#[test]
fn document_types_and_processing_instructions_are_refused() {
    for document in [
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "<?pi?><a/>",
        "<a><?pi data?></a>",
        "<a/><?pi?>",
    ] {
        let error = events(document.as_bytes(), Limits::default());
        assert!(matches!(error, Err(XmlError::Forbidden { .. })), "{document}: {error:?}");
    }
}

#[test]
fn limits_hold() {
    let deep = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    let wide = |count: usize| {
        let attributes: String = (0..count).map(|number| format!(" a{number}=''")).collect();
        format!("<a{attributes}/>")
    };
    let declared = |count: usize| {
        let attributes: String = (0..count).map(|number| format!(" xmlns:a{number}='u'")).collect();
        format!("<a{attributes}/>")
    };
    let names = |bytes: usize| format!("<{}/>", "a".repeat(bytes));
    let limits = Limits { declarations: 32, ..Limits::default() };
    for (fits, over, what) in [
        (deep(64), deep(65), "the depth of nesting"),
        (wide(64), wide(65), "the number of attributes"),
        (declared(32), declared(33), "the number of namespaces"),
        (names(16_384), names(16_385), "the table of names"),
        (
            format!("<a>{}</a>", "x".repeat(65_529)),
            format!("<a>{}</a>", "x".repeat(65_530)),
            "the length of the document",
        ),
    ] {
        assert!(events(fits.as_bytes(), limits).is_ok(), "{what}");
        match events(over.as_bytes(), limits) {
            Err(XmlError::TooLarge { what: found, .. }) => assert_eq!(found, what),
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn the_writer_refuses_what_xml_cannot_say() {
    use sessionful_wcf::value::Value;
    use sessionful_wcf::xml::Composer;

    let element = |name: &str, text: &str| {
        let mut composer = Composer::new(Writer::default());
        composer.element("", name, Value::text(text))?;
        composer.finish().map(Writer::into_text)
    };
    assert_eq!(element("a", "x").as_deref(), Ok("<a>x</a>"));
    for (name, text) in [("a", "\0"), ("a", "\u{ffff}"), ("a b", ""), ("", ""), ("a/><b", "")] {
        assert!(matches!(element(name, text), Err(XmlError::Unwritable(_))), "{name:?} {text:?}");
    }
}

/// What was read can be written, and is read again as the same.
#[test]
fn text_survives_a_round_trip() {
    for document in [
        "<a b=\"&lt;&quot;'&#x9;&#xA;&#xD;\">&lt;&amp;&gt;\"'\t&#xD;\n]]&gt;</a>",
        "<p:a xmlns:p=\"urn:p\"><!--c--><b/>text</p:a>",
    ] {
        let mut writer = Writer::default();
        copy(&mut Reader::new(document.as_bytes(), Limits::default()).unwrap(), &mut writer)
            .unwrap();
        assert_eq!(writer.into_text(), document);
    }
}
