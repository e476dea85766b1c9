// One envelope a message, in binary frames whatever the encoding, as .NET sends them.
using System;
using System.IO;
using System.Net.WebSockets;
using System.Threading;
using System.Threading.Tasks;
using System.Xml;

public class Socket
{
    readonly WebSocket socket;
    readonly Codec codec;
    readonly byte[] buffer = new byte[65536];

    public Socket(WebSocket socket, bool binary) { this.socket = socket; codec = new Codec(binary); }

    /// The next message; null when the other end has closed.
    public async Task<Envelope> Receive()
    {
        var message = new MemoryStream();
        for (; ; )
        {
            var part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return Envelope.Read(codec.Read(message.ToArray()));
        }
    }

    public Task Send(string action, string relatesTo, string id, string to, Action<XmlDictionaryWriter> body)
    {
        var message = codec.Write(writer => Envelope.Write(writer, action, relatesTo, id, to, body));
        return socket.SendAsync(new ArraySegment<byte>(message), WebSocketMessageType.Binary, true, CancellationToken.None);
    }

    public async Task Close()
    {
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
    }

    /// Whether both ends have closed.
    public bool IsClosed { get { return socket.State == WebSocketState.Closed; } }

    /// The peer of a session that is over.
    public async Task Drop()
    {
        await Task.Delay(50); // HttpListener would not let go of the connection otherwise
        socket.Abort();
    }
}
