// .NET's own readers and writers of XML, as text and as binary, inside and outside a session.
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Xml;

/// One end of a session: its dictionaries, and the static one of [MC-NBFS].
public class Codec
{
    class Announced : XmlBinaryWriterSession
    {
        public readonly List<string> Fresh = new List<string>();

        public override bool TryAdd(XmlDictionaryString value, out int key)
        {
            var added = base.TryAdd(value, out key);
            if (added) Fresh.Add(value.Value);
            return added;
        }
    }

    static readonly XmlDictionary Static = new XmlDictionary();
    static readonly Dictionary<string, XmlDictionaryString> Known = new Dictionary<string, XmlDictionaryString>();
    static readonly XmlDictionary Contract = new XmlDictionary();

    readonly bool binary;
    readonly XmlBinaryReaderSession received = new XmlBinaryReaderSession();
    readonly Announced sent = new Announced();
    int strings;

    public Codec(bool binary) { this.binary = binary; }

    public static void Load(string[] lines)
    {
        foreach (var line in lines)
        {
            var entry = Static.Add(line);
            if (!Known.ContainsKey(line)) Known[line] = entry;
        }
    }

    /// A string that a writer may put into a dictionary: the static one, or that of the session.
    public static XmlDictionaryString Name(string text)
    {
        XmlDictionaryString found;
        if (Known.TryGetValue(text, out found)) return found;
        lock (Contract) return Contract.Add(text);
    }

    public XmlDictionaryReader Read(byte[] message)
    {
        if (!binary) return XmlDictionaryReader.CreateTextReader(message, XmlDictionaryReaderQuotas.Max);
        var at = 0;
        var end = Number(message, ref at);
        end += at;
        while (at < end)
        {
            var length = Number(message, ref at);
            received.Add(strings++, Encoding.UTF8.GetString(message, at, length));
            at += length;
        }
        return XmlDictionaryReader.CreateBinaryReader(message, end, message.Length - end, Static, XmlDictionaryReaderQuotas.Max, received);
    }

    public byte[] Write(Action<XmlDictionaryWriter> write)
    {
        var records = new MemoryStream();
        var writer = binary ? XmlDictionaryWriter.CreateBinaryWriter(records, Static, sent, false) : Text(records);
        write(writer);
        writer.Flush();
        if (!binary) return records.ToArray();
        var block = new MemoryStream();
        foreach (var text in sent.Fresh)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Number(block, bytes.Length);
            block.Write(bytes, 0, bytes.Length);
        }
        sent.Fresh.Clear();
        var message = new MemoryStream();
        Number(message, (int)block.Length);
        block.WriteTo(message);
        records.WriteTo(message);
        return message.ToArray();
    }

    /// Binary XML outside a session.
    public static XmlDictionaryReader Records(byte[] records)
    {
        return XmlDictionaryReader.CreateBinaryReader(records, 0, records.Length, Static, XmlDictionaryReaderQuotas.Max);
    }

    public static byte[] Records(Action<XmlDictionaryWriter> write)
    {
        var records = new MemoryStream();
        var writer = XmlDictionaryWriter.CreateBinaryWriter(records, Static);
        write(writer);
        writer.Flush();
        return records.ToArray();
    }

    public static XmlDictionaryWriter Text(Stream stream)
    {
        return XmlDictionaryWriter.CreateTextWriter(stream, new UTF8Encoding(false), false);
    }

    /// The first element, as text.
    public static byte[] Document(XmlReader reader)
    {
        var stream = new MemoryStream();
        var writer = Text(stream);
        reader.MoveToContent();
        writer.WriteNode(reader, false);
        writer.Flush();
        return stream.ToArray();
    }

    /// Names as dictionary strings, which is what makes them strings of the session.
    public static void Copy(XmlReader reader, XmlDictionaryWriter writer)
    {
        var empty = reader.IsEmptyElement;
        writer.WriteStartElement(reader.Prefix, Name(reader.LocalName), Name(reader.NamespaceURI));
        while (reader.MoveToNextAttribute())
        {
            if (reader.Prefix == "xmlns") writer.WriteXmlnsAttribute(reader.LocalName, Name(reader.Value));
            else if (reader.Name != "xmlns")
            {
                writer.WriteStartAttribute(reader.Prefix, Name(reader.LocalName), Name(reader.NamespaceURI));
                writer.WriteString(reader.Value);
                writer.WriteEndAttribute();
            }
        }
        reader.MoveToElement();
        if (!empty)
        {
            while (reader.Read() && reader.NodeType != XmlNodeType.EndElement)
            {
                if (reader.NodeType == XmlNodeType.Element) Copy(reader, writer);
                else writer.WriteString(reader.Value);
            }
        }
        writer.WriteEndElement();
    }

    static int Number(byte[] bytes, ref int at)
    {
        int value = 0, shift = 0;
        for (; ; shift += 7)
        {
            var one = bytes[at++];
            value |= (one & 0x7f) << shift;
            if (one < 0x80) return value;
        }
    }

    static void Number(Stream stream, int value)
    {
        for (; value >= 0x80; value >>= 7) stream.WriteByte((byte)(value & 0x7f | 0x80));
        stream.WriteByte((byte)value);
    }
}
