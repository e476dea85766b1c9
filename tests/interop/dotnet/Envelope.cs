// SOAP 1.2 with WS-Addressing 1.0, in the layout that WCF itself writes.
using System;
using System.Xml;

public class Envelope
{
    public const string Soap = "http://www.w3.org/2003/05/soap-envelope";
    public const string Addressing = "http://www.w3.org/2005/08/addressing";
    public const string Dispatcher = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher";

    public string Action = "";
    public string Id;
    public string RelatesTo;
    public XmlElement Body;

    public static Envelope Read(XmlDictionaryReader reader)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(Lines.Text(Codec.Document(reader)));
        var names = new XmlNamespaceManager(document.NameTable);
        names.AddNamespace("s", Soap);
        names.AddNamespace("a", Addressing);
        Func<string, string> header = name =>
        {
            var node = document.SelectSingleNode("/s:Envelope/s:Header/a:" + name, names);
            return node == null ? null : node.InnerText;
        };
        return new Envelope
        {
            Action = header("Action") ?? "",
            Id = header("MessageID"),
            RelatesTo = header("RelatesTo"),
            Body = (XmlElement)document.SelectSingleNode("/s:Envelope/s:Body/*", names),
        };
    }

    /// The text of a parameter or of a result.
    public string Part(string name)
    {
        foreach (XmlNode node in Body.ChildNodes) if (node.LocalName == name) return node.InnerText;
        return null;
    }

    /// What the body says if it is a fault: `code/subcode: reason`.
    public string Fault()
    {
        if (Body == null || Body.LocalName != "Fault") return null;
        var values = Body.GetElementsByTagName("Value", Soap);
        var code = Local(values[0].InnerText) + (values.Count > 1 ? "/" + Local(values[1].InnerText) : "");
        return code + ": " + Body.GetElementsByTagName("Text", Soap)[0].InnerText;
    }

    static string Local(string name) { return name.Substring(name.IndexOf(':') + 1); }

    public static void Write(XmlDictionaryWriter writer, string action, string relatesTo, string id, string to, Action<XmlDictionaryWriter> body)
    {
        writer.WriteStartElement("s", Codec.Name("Envelope"), Codec.Name(Soap));
        writer.WriteXmlnsAttribute("a", Codec.Name(Addressing));
        writer.WriteStartElement("s", Codec.Name("Header"), Codec.Name(Soap));
        Must(writer, "Action", action);
        if (id != null)
        {
            Header(writer, "MessageID", () => writer.WriteValue(new UniqueId(id)));
            Header(writer, "ReplyTo", () => Header(writer, "Address", () => writer.WriteString(Codec.Name(Addressing + "/anonymous"))));
        }
        if (relatesTo != null) Header(writer, "RelatesTo", () => writer.WriteValue(new UniqueId(relatesTo)));
        Must(writer, "To", to);
        writer.WriteEndElement();
        writer.WriteStartElement("s", Codec.Name("Body"), Codec.Name(Soap));
        body(writer);
        writer.WriteEndElement();
        writer.WriteEndElement();
    }

    static void Header(XmlDictionaryWriter writer, string name, Action content)
    {
        writer.WriteStartElement("a", Codec.Name(name), Codec.Name(Addressing));
        content();
        writer.WriteEndElement();
    }

    static void Must(XmlDictionaryWriter writer, string name, string text)
    {
        Header(writer, name, () =>
        {
            writer.WriteStartAttribute("s", Codec.Name("mustUnderstand"), Codec.Name(Soap));
            writer.WriteString("1");
            writer.WriteEndAttribute();
            writer.WriteString(Codec.Name(text));
        });
    }

    public static Action<XmlDictionaryWriter> Faulty(string code, string space, string subcode, string reason, Action<XmlDictionaryWriter> detail)
    {
        return writer =>
        {
            Action<string, Action> element = (name, content) =>
            {
                writer.WriteStartElement("s", Codec.Name(name), Codec.Name(Soap));
                content();
                writer.WriteEndElement();
            };
            element("Fault", () =>
            {
                element("Code", () =>
                {
                    element("Value", () => writer.WriteString("s:" + code));
                    if (subcode != null) element("Subcode", () => element("Value", () =>
                    {
                        writer.WriteXmlnsAttribute("f", space);
                        writer.WriteString("f:" + subcode);
                    }));
                });
                element("Reason", () => element("Text", () =>
                {
                    writer.WriteAttributeString("xml", "lang", "http://www.w3.org/XML/1998/namespace", "en-US");
                    writer.WriteString(reason);
                }));
                if (detail != null) element("Detail", () => detail(writer));
            });
        };
    }
}
