// .NET Core 3.1 as a peer: `STATIC_STRINGS` answers questions about XML and data contracts,
// `STATIC_STRINGS serve PORT` is a service over WebSocket, `STATIC_STRINGS call URL` a client of one.
using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.Serialization;
using System.Xml;
using Interop.Data;

public static class Peer
{
    static Codec session = new Codec(true);

    public static int Main(string[] arguments)
    {
        Codec.Load(File.ReadAllLines(arguments[0]));
        if (arguments.Length > 2 && arguments[1] == "serve") return Service.Serve(int.Parse(arguments[2]));
        if (arguments.Length > 2 && arguments[1] == "call") return Client.Run(arguments[2]);
        Lines.Serve(new Dictionary<string, Verb>
        {
            { "reset", _ => { session = new Codec(true); return new byte[0]; } },
            { "decode", words => Codec.Document(session.Read(words[0])) },
            { "decode-records", words => Codec.Document(Codec.Records(words[0])) },
            { "decode-text", words => Codec.Document(new Codec(false).Read(words[0])) },
            { "encode", words => session.Write(writer => Copy(words[0], writer)) },
            { "encode-records", words => Codec.Records(writer => Copy(words[0], writer)) },
            { "data", words => Data(Lines.Text(words[0]), new Codec(false).Read(words[1]), false) },
            { "data-records", words => Data(Lines.Text(words[0]), Codec.Records(words[1]), true) },
        });
        return 0;
    }

    static void Copy(byte[] document, XmlDictionaryWriter writer)
    {
        var reader = XmlReader.Create(new MemoryStream(document));
        reader.MoveToContent();
        Codec.Copy(reader, writer);
    }

    /// `<Op xmlns="http://tempuri.org/"><value>...`: what the serializer makes of the value, written again.
    /// Members that it did not understand would be missing from it.
    static byte[] Data(string type, XmlDictionaryReader reader, bool records)
    {
        const string Namespace = "http://tempuri.org/";
        var clr = Clr(type);
        var serializer = new DataContractSerializer(clr, "value", Namespace, new[] { typeof(Point), typeof(Circle), typeof(int[]), typeof(Color) });
        reader.MoveToContent();
        reader.ReadStartElement("Op", Namespace);
        var value = serializer.ReadObject(reader, true);
        Action<XmlDictionaryWriter> write = writer =>
        {
            writer.WriteStartElement("", Codec.Name("Op"), Codec.Name(Namespace));
            serializer.WriteObject(writer, value);
            writer.WriteEndElement();
        };
        if (records) return Codec.Records(write);
        var stream = new MemoryStream();
        var text = Codec.Text(stream);
        write(text);
        text.Flush();
        return stream.ToArray();
    }

    static Type Clr(string name)
    {
        // Types of ours may be arguments of generic ones of the system.
        var found = Type.GetType(name, null, (assembly, wanted, ignoreCase) => typeof(Zoo).Assembly.GetType(wanted) ?? typeof(int).Assembly.GetType(wanted) ?? typeof(Uri).Assembly.GetType(wanted));
        if (found == null) throw new ArgumentException("no type " + name);
        return found;
    }
}
