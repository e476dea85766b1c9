// A stand-in for NetHttpBinding's service: our transport and dispatch around .NET's own readers, writers
// and serializer. `ws://localhost:PORT/{percall|persession|single|duplex}/{text|binary}`.
using System;
using System.Net;
using System.Runtime.Serialization;
using System.Threading;
using System.Threading.Tasks;
using System.Xml;
using Interop.Data;

public class Service
{
    const string Samples = "http://Interop.Samples";
    const string Anonymous = Envelope.Addressing + "/anonymous";

    class Sum
    {
        static int made;
        public readonly int Id = Interlocked.Increment(ref made);
        public double Total;
    }

    static readonly Sum Single = new Sum();

    readonly string mode;
    readonly Socket socket;
    readonly Sum session = new Sum();
    TaskCompletionSource<Envelope> answer;
    Action<XmlDictionaryWriter> reply;
    string action;
    Task asked;
    bool ends;

    Service(string mode, Socket socket) { this.mode = mode; this.socket = socket; }

    public static int Serve(int port)
    {
        var listener = new HttpListener();
        listener.Prefixes.Add("http://localhost:" + port + "/");
        listener.Start();
        Console.WriteLine("ready");
        for (; ; )
        {
            var context = listener.GetContext();
            Task.Run(() => Accept(context));
        }
    }

    static async Task Accept(HttpListenerContext context)
    {
        var path = context.Request.Url.AbsolutePath.Trim('/').Split('/');
        var offered = context.Request.Headers["Sec-WebSocket-Protocol"] ?? "";
        var suits = Array.IndexOf(offered.Replace(" ", "").Split(','), "soap") >= 0;
        if (!context.Request.IsWebSocketRequest || path.Length != 2 || !suits)
        {
            context.Response.StatusCode = context.Request.IsWebSocketRequest ? 426 : 400;
            context.Response.Close();
            return;
        }
        var web = (await context.AcceptWebSocketAsync("soap")).WebSocket;
        var socket = new Socket(web, path[1] == "binary");
        try
        {
            await new Service(path[0], socket).Run();
            await socket.Close();
        }
        catch (Exception error) { Console.WriteLine("aborted: " + error.Message.Replace('\n', ' ')); }
        await socket.Drop();
        // HttpListener would keep the connection, and clients would wait for its end.
        try { context.Response.Abort(); } catch (Exception) { }
    }

    async Task Run()
    {
        Envelope message;
        while (!ends && (message = await socket.Receive()) != null)
        {
            if (asked != null && asked.IsFaulted) throw asked.Exception;
            if (message.RelatesTo != null)
            {
                // An answer to a callback: the operation that waits for it goes on.
                if (answer != null) answer.TrySetResult(message);
                continue;
            }
            var asks = message.Action.EndsWith("/Ask");
            if (asks) { asked = Ask(message); continue; }
            var oneWay = Operate(message);
            if (!oneWay) await socket.Send(action, message.Id, null, Anonymous, reply);
            if (mode == "duplex" && message.Action.EndsWith("/AddTo")) await Told();
        }
    }

    /// The one-way callback.
    Task Told()
    {
        var total = session.Total;
        return socket.Send(Samples + "/ICalculatorDuplex/Told", null, null, Anonymous, Body("Told", "result", writer => writer.WriteValue(total)));
    }

    /// The callback with a reply: what the client makes of the text is the result.
    async Task Ask(Envelope message)
    {
        var text = message.Part("text");
        answer = new TaskCompletionSource<Envelope>();
        await socket.Send(Samples + "/ICalculatorDuplex/Confirm", null, "urn:uuid:" + Guid.NewGuid(), Anonymous, Body("Confirm", "text", writer => writer.WriteString(text)));
        var confirmed = await answer.Task;
        var result = confirmed.Fault() ?? confirmed.Part("ConfirmResult");
        await socket.Send(message.Action + "Response", message.Id, null, Anonymous, Body("AskResponse", "AskResult", writer => writer.WriteString(result)));
    }

    static Action<XmlDictionaryWriter> Body(string wrapper, string part, Action<XmlDictionaryWriter> content)
    {
        return writer =>
        {
            writer.WriteStartElement("", Codec.Name(wrapper), Codec.Name(Samples));
            if (part != null)
            {
                writer.WriteStartElement(Codec.Name(part), Codec.Name(Samples));
                content(writer);
                writer.WriteEndElement();
            }
            writer.WriteEndElement();
        };
    }

    void Result(string operation, Action<XmlDictionaryWriter> content)
    {
        reply = Body(operation + "Response", operation + "Result", content);
    }

    /// Carries out an operation; whether it was one that is not answered.
    bool Operate(Envelope message)
    {
        var operation = message.Action.Substring(message.Action.LastIndexOf('/') + 1);
        var sum = mode == "single" ? Single : mode == "percall" ? new Sum() : session;
        Func<string, double> number = name => XmlConvert.ToDouble(message.Part(name) ?? "0");
        action = message.Action + "Response";
        switch (operation)
        {
            case "Clear": sum.Total = 0; return true;
            case "AddTo": sum.Total += number("n"); return true;
            case "Add": sum.Total += number("n"); Result(operation, writer => writer.WriteValue(sum.Total)); break;
            case "Equals": case "Sum": Result(operation, writer => writer.WriteValue(sum.Total)); break;
            case "InstanceId": Result(operation, writer => writer.WriteString(mode + "#" + sum.Id)); break;
            case "Nothing": reply = Body("NothingResponse", null, null); break;
            case "Divide": Divide(message, number("n1"), number("n2")); break;
            case "EchoZoo": EchoZoo(message); break;
            case "ThrowUndeclared":
                action = Envelope.Addressing + "/soap/fault";
                reply = Envelope.Faulty("Sender", null, null, "just a reason", null);
                break;
            case "ThrowUnhandled":
                action = Envelope.Dispatcher + "/fault";
                reply = Envelope.Faulty("Receiver", Envelope.Dispatcher, "InternalServiceFault", "The server was unable to process the request", null);
                ends = true;
                break;
            default:
                action = Envelope.Addressing + "/fault";
                reply = Envelope.Faulty("Sender", Envelope.Addressing, "ActionNotSupported", "no operation has the action " + message.Action, null);
                break;
        }
        return false;
    }

    void Divide(Envelope message, double n1, double n2)
    {
        if (n2 != 0)
        {
            Result("Divide", writer => writer.WriteValue((int)(n1 / n2)));
            return;
        }
        var detail = new MathFault { Operation = "Divide", ProblemType = "divide by zero" };
        action = message.Action + "MathFaultFault";
        reply = Envelope.Faulty("Sender", null, null, "Denominator is zero", writer => new DataContractSerializer(typeof(MathFault)).WriteObject(writer, detail));
    }

    /// The value goes through .NET's object and back.
    void EchoZoo(Envelope message)
    {
        var known = new[] { typeof(Point), typeof(Color) };
        var reader = new DataContractSerializer(typeof(Zoo), "zoo", "http://tempuri.org/", known);
        var zoo = reader.ReadObject(XmlDictionaryReader.CreateDictionaryReader(new XmlNodeReader(message.Body.FirstChild)), true);
        reply = writer =>
        {
            writer.WriteStartElement("", Codec.Name("EchoZooResponse"), Codec.Name("http://tempuri.org/"));
            new DataContractSerializer(typeof(Zoo), "EchoZooResult", "http://tempuri.org/", known).WriteObject(writer, zoo);
            writer.WriteEndElement();
        };
    }
}
