// The contracts of the samples, for Mono's WCF.
using System;
using System.Collections.Generic;
using System.Runtime.Serialization;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.Text;
using Interop.Data;

namespace Interop
{
    [ServiceContract(Namespace = "http://Interop.Samples", SessionMode = SessionMode.Allowed)]
    public interface ICalculatorSession
    {
        [OperationContract(IsOneWay = true)] void Clear();
        [OperationContract(IsOneWay = true)] void AddTo(double n);
        [OperationContract] double Add(double n);
        [OperationContract] double Equals();
        [OperationContract] [FaultContract(typeof(MathFault))] int Divide(int n1, int n2);
        [OperationContract] [FaultContract(typeof(MathFault))] int DivideSub(int n1, int n2);
        [OperationContract] string InstanceId();
        [OperationContract] void ThrowUndeclared();
        [OperationContract] void ThrowUnhandled();
        [OperationContract] void Nothing();
    }

    [ServiceContract]
    public interface ITypes
    {
        [OperationContract] string EchoString(string value);
        [OperationContract] Zoo EchoZoo(Zoo zoo);
        [OperationContract] Shape EchoShape(Shape shape);
        [OperationContract] int[] EchoInts(int[] values);
        [OperationContract] List<Point> EchoPoints(List<Point> points);
        [OperationContract] byte[] EchoBytes(byte[] data);
        [OperationContract] DateTime EchoDate(DateTime when);
        [OperationContract] Guid EchoGuid(Guid id);
        [OperationContract] int? EchoNullable(int? v);
        [OperationContract] Color EchoColor(Color c);
        [OperationContract] int Mixed(string zebra, int apple, ref double middle, out string extra, bool last);
        [OperationContract(Name = "Renamed", Action = "urn:custom-action", ReplyAction = "urn:custom-reply")]
        [return: MessageParameter(Name = "answer")]
        string CustomAction([MessageParameter(Name = "q")] string question);
        [OperationContract] bool Bool(bool b);
        [OperationContract] object EchoObject(object o);
        [OperationContract] Dictionary<string, int> EchoMap(Dictionary<string, int> map);
    }

    public static class Bindings
    {
        /// By the last part of an address.
        public static Binding For(string path)
        {
            var http = new HttpTransportBindingElement();
            switch (path)
            {
                case "basic": return new BasicHttpBinding();
                case "ws": return new CustomBinding(Text(MessageVersion.Soap12WSAddressing10), http);
                case "soap12": return new CustomBinding(Text(MessageVersion.Soap12), http);
                case "binary": return new CustomBinding(new BinaryMessageEncodingBindingElement(), http);
                default: throw new ArgumentException("no binding for " + path);
            }
        }

        static TextMessageEncodingBindingElement Text(MessageVersion version)
        {
            return new TextMessageEncodingBindingElement(version, new UTF8Encoding(false));
        }
    }

    public static class Entry
    {
        public static void Main(string[] arguments)
        {
            if (arguments[0] == "serve") Service.Serve(int.Parse(arguments[1]));
            else Client.Run(arguments[1]);
            Environment.Exit(0); // Mono's channels would keep it alive
        }
    }
}
