// A client of a service over WebSocket: .NET's own socket, readers and writers. `URL` is that of the host;
// below it are `persession/{text|binary}` and `duplex/{text|binary}`. Prints `ok NAME` or `failed NAME: WHY`.
using System;
using System.Collections.Generic;
using System.Net.WebSockets;
using System.Threading;
using System.Threading.Tasks;
using System.Xml;

public class Client
{
    const string Samples = "http://Interop.Samples";

    readonly Socket socket;
    readonly string contract;
    readonly string to;
    public readonly List<string> Called = new List<string>();

    Client(Socket socket, string contract, string to) { this.socket = socket; this.contract = contract; this.to = to; }

    public static int Run(string url)
    {
        foreach (var encoding in new[] { "text", "binary" }) Encoding(url, encoding).Wait();
        return 0;
    }

    static async Task<Client> Connect(string to, string contract, bool binary)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("soap");
        // What WCF's client sends beside it.
        socket.Options.SetRequestHeader("soap-content-type", binary ? "application/soap+msbinsession1" : "application/soap+xml; charset=utf-8");
        if (binary) socket.Options.SetRequestHeader("microsoft-binary-transfer-mode", "Buffered");
        await socket.ConnectAsync(new Uri(to), CancellationToken.None);
        if (socket.SubProtocol != "soap") throw new Exception("subprotocol " + socket.SubProtocol);
        return new Client(new Socket(socket, binary), contract, to);
    }

    static async Task Check(string name, Func<Task> check)
    {
        try
        {
            var running = check();
            if (await Task.WhenAny(running, Task.Delay(10000)) != running) throw new Exception("no answer in 10 s");
            await running;
            Console.WriteLine("ok " + name);
        }
        catch (Exception error) { Console.WriteLine("failed " + name + ": " + error.Message.Replace('\n', ' ')); }
    }

    static void Equal(object expected, object found)
    {
        if (!expected.Equals(found)) throw new Exception("expected " + expected + ", found " + (found ?? "null"));
    }

    static async Task Encoding(string url, string encoding)
    {
        var binary = encoding == "binary";
        Client one = null;
        await Check(encoding + " opens a session", async () => { one = await Connect(url + "/persession/" + encoding, "ICalculatorSession", binary); });
        if (one == null) return;
        await Check(encoding + " keeps a sum over one-way and two-way calls", async () =>
        {
            await one.Send("Clear", null);
            await one.Send("AddTo", Number("n", 2.5));
            Equal("12.5", await one.Ask("Add", Number("n", 10)));
            Equal("12.5", await one.Ask("Equals", null));
        });
        await Check(encoding + " has an instance of its own in each session", async () =>
        {
            var other = await Connect(url + "/persession/" + encoding, "ICalculatorSession", binary);
            Equal("1", await other.Ask("Add", Number("n", 1)));
            Equal("12.5", await one.Ask("Equals", null));
            await other.Close();
        });
        await Check(encoding + " divides", async () => Equal("3", await one.Ask("Divide", Both(Number("n1", 7), Number("n2", 2)))));
        await Check(encoding + " reads a fault with its detail", async () =>
        {
            var fault = await one.Exchange("Divide", Both(Number("n1", 7), Number("n2", 0)));
            Equal("Sender: Denominator is zero", fault.Fault());
            Equal(Samples + "/ICalculatorSession/DivideMathFaultFault", fault.Action);
            Equal("divide by zero", fault.Body.GetElementsByTagName("ProblemType", "*")[0].InnerText);
            Equal("12.5", await one.Ask("Equals", null));
        });
        await Check(encoding + " reads a fault that nobody declared", async () =>
        {
            var fault = await one.Exchange("ThrowUndeclared", null);
            Equal("Sender: just a reason", fault.Fault());
            Equal(Envelope.Addressing + "/soap/fault", fault.Action);
        });
        await Check(encoding + " gets an empty reply", async () =>
        {
            var reply = await one.Exchange("Nothing", null);
            Equal("NothingResponse", reply.Body.LocalName);
        });
        await Check(encoding + " loses the session over an unhandled failure", async () =>
        {
            var fault = await one.Exchange("ThrowUnhandled", null);
            if (!fault.Fault().StartsWith("Receiver/InternalServiceFault")) throw new Exception(fault.Fault());
            Equal(Envelope.Dispatcher + "/fault", fault.Action);
            if (await one.socket.Receive() != null) throw new Exception("something came after the fault");
            await one.Close();
        });
        await Check(encoding + " is refused an unknown action", async () =>
        {
            var other = await Connect(url + "/persession/" + encoding, "ICalculatorSession", binary);
            Equal("1", await other.Ask("Add", Number("n", 1)));
            var fault = await other.Exchange("Nobody", null);
            if (!fault.Fault().StartsWith("Sender/ActionNotSupported")) throw new Exception(fault.Fault());
            Equal(Envelope.Addressing + "/fault", fault.Action);
            await other.Close();
        });
        await Check(encoding + " is called back, with and without an answer", async () =>
        {
            var duplex = await Connect(url + "/duplex/" + encoding, "ICalculatorDuplex", binary);
            await duplex.Send("AddTo", Number("n", 3));
            Equal("confirmed x", await duplex.Ask("Ask", writer => Part(writer, "text", () => writer.WriteString("x"))));
            Equal("3", await duplex.Ask("Sum", null));
            Equal("Told 3,Confirm x", string.Join(",", duplex.Called.ToArray()));
            await duplex.Close();
        });
    }

    static void Part(XmlDictionaryWriter writer, string name, Action content)
    {
        writer.WriteStartElement(Codec.Name(name), Codec.Name(Samples));
        content();
        writer.WriteEndElement();
    }

    static Action<XmlDictionaryWriter> Number(string name, double value) { return writer => Part(writer, name, () => writer.WriteValue(value)); }

    static Action<XmlDictionaryWriter> Both(Action<XmlDictionaryWriter> first, Action<XmlDictionaryWriter> second) { return writer => { first(writer); second(writer); }; }

    Task Send(string operation, Action<XmlDictionaryWriter> parts, string id = null, string relatesTo = null)
    {
        return socket.Send(Samples + "/" + contract + "/" + operation, relatesTo, id, to, writer =>
        {
            writer.WriteStartElement("", Codec.Name(operation), Codec.Name(Samples));
            if (parts != null) parts(writer);
            writer.WriteEndElement();
        });
    }

    /// A request and its reply, with callbacks answered in between.
    async Task<Envelope> Exchange(string operation, Action<XmlDictionaryWriter> parts)
    {
        var id = "urn:uuid:" + Guid.NewGuid();
        await Send(operation, parts, id);
        for (; ; )
        {
            var message = await socket.Receive();
            if (message == null) throw new Exception("closed before the reply");
            if (message.RelatesTo == id) return message;
            if (message.RelatesTo != null) throw new Exception("a reply to " + message.RelatesTo);
            await Answer(message);
        }
    }

    async Task Answer(Envelope message)
    {
        Called.Add(message.Body.LocalName + " " + message.Body.InnerText);
        if (message.Id == null) return;
        var text = message.Body.InnerText;
        await Send("ConfirmResponse", writer => Part(writer, "ConfirmResult", () => writer.WriteString("confirmed " + text)), null, message.Id);
    }

    async Task<string> Ask(string operation, Action<XmlDictionaryWriter> parts)
    {
        var reply = await Exchange(operation, parts);
        if (reply.Fault() != null) throw new Exception(reply.Fault());
        if (reply.Action != Samples + "/" + contract + "/" + operation + "Response") throw new Exception("the action " + reply.Action);
        return reply.Part(operation + "Result");
    }

    async Task Close()
    {
        await socket.Close();
        while (!socket.IsClosed && await socket.Receive() != null) { }
    }
}
